"""RollingGroup for every language of Pulumi: a ResourceProvider over gRPC, and the schema that SDKs are made from."""
