"""The types of resources whose deletion loses something that no program can make again, and what is lost.

A list that people maintain: tokens as they stand in state, read from the providers' own SDKs. A type that is not here
may still hold data; a preview names every deletion, whatever its type.
"""

from __future__ import annotations

import re

_LOST = {
    "its databases": """
        aws:rds/instance:Instance aws:rds/cluster:Cluster aws:rds/globalCluster:GlobalCluster
        aws:docdb/cluster:Cluster aws:docdb/elasticCluster:ElasticCluster aws:docdb/globalCluster:GlobalCluster
        aws:neptune/cluster:Cluster aws:neptune/globalCluster:GlobalCluster aws:dsql/cluster:Cluster
        aws:redshift/cluster:Cluster aws:redshiftserverless/namespace:Namespace
        aws:timestreamwrite/database:Database aws:timestreaminfluxdb/dbInstance:DbInstance
        aws:timestreaminfluxdb/dbCluster:DbCluster aws:lightsail/database:Database aws:qldb/ledger:Ledger
        aws-native:rds:DbInstance aws-native:rds:DbCluster aws-native:rds:GlobalCluster
        aws-native:docdb:GlobalCluster aws-native:docdbelastic:Cluster
        aws-native:neptune:DbCluster aws-native:neptune:GlobalCluster aws-native:neptunegraph:Graph
        aws-native:dsql:Cluster aws-native:redshift:Cluster aws-native:redshiftserverless:Namespace
        aws-native:timestream:Database aws-native:timestream:InfluxDbInstance
        aws-native:timestream:InfluxDbCluster aws-native:lightsail:Database
        alicloud:rds/instance:Instance alicloud:rds/ddrInstance:DdrInstance alicloud:rds/database:Database
        alicloud:rds/rdsCloneDbInstance:RdsCloneDbInstance
        alicloud:rds/rdsUpgradeDbInstance:RdsUpgradeDbInstance
        alicloud:polardb/cluster:Cluster alicloud:polardb/database:Database
        alicloud:polardb/zonalDbCluster:ZonalDbCluster alicloud:drds/polardbxInstance:PolardbxInstance
        alicloud:mongodb/instance:Instance alicloud:mongodb/shardingInstance:ShardingInstance
        alicloud:mongodb/serverlessInstance:ServerlessInstance alicloud:clickhouse/dbCluster:DbCluster
        alicloud:adb/cluster:Cluster alicloud:adb/dBCluster:DBCluster
        alicloud:adb/dBClusterLakeVersion:DBClusterLakeVersion alicloud:gpdb/instance:Instance
        alicloud:gpdb/elasticInstance:ElasticInstance alicloud:hbase/instance:Instance
        alicloud:lindorm/instance:Instance alicloud:lindorm/instanceV2:InstanceV2
        alicloud:selectdb/dbInstance:DbInstance alicloud:graphdatabase/dbInstance:DbInstance
        alicloud:cassandra/cluster:Cluster
        gcp:sql/databaseInstance:DatabaseInstance gcp:sql/database:Database gcp:alloydb/cluster:Cluster
        gcp:spanner/instance:Instance gcp:spanner/database:Database gcp:firestore/database:Database
        azure-native:sql:Server azure-native:sql:Database azure-native:sql:ManagedInstance
        azure-native:sql:ManagedDatabase azure-native:dbforpostgresql:Server
        azure-native:dbforpostgresql:SingleServer azure-native:dbforpostgresql:ServerGroupCluster
        azure-native:dbforpostgresql:Database azure-native:dbformysql:Server
        azure-native:dbformysql:SingleServer azure-native:dbformysql:Database
        azure-native:dbformariadb:Server azure-native:dbformariadb:Database
        azure-native:cosmosdb:DatabaseAccount azure-native:cosmosdb:CassandraCluster
        azure-native:cosmosdb:MongoCluster azure-native:mongocluster:MongoCluster
        azure-native:documentdb:DatabaseAccount azure-native:documentdb:CassandraCluster
        azure-native:documentdb:MongoCluster azure-native:synapse:SqlPool azure-native:kusto:Cluster
        azure-native:kusto:ReadWriteDatabase
    """,
    "its rows": """
        aws:dynamodb/table:Table aws:dynamodb/globalTable:GlobalTable aws:keyspaces/keyspace:Keyspace
        aws:keyspaces/table:Table aws:timestreamwrite/table:Table aws:s3tables/tableBucket:TableBucket
        aws:s3tables/table:Table
        aws-native:dynamodb:Table aws-native:dynamodb:GlobalTable aws-native:cassandra:Keyspace
        aws-native:cassandra:Table aws-native:timestream:Table aws-native:s3tables:TableBucket
        aws-native:s3tables:Table
        alicloud:ots/instance:Instance alicloud:ots/table:Table
        gcp:bigquery/dataset:Dataset gcp:bigquery/table:Table gcp:bigtable/instance:Instance
        gcp:bigtable/table:Table
        azure-native:storage:Table azure-native:cosmosdb:SqlResourceSqlDatabase
        azure-native:cosmosdb:SqlResourceSqlContainer azure-native:cosmosdb:TableResourceTable
        azure-native:cosmosdb:MongoDBResourceMongoDBDatabase azure-native:documentdb:SqlResourceSqlDatabase
        azure-native:documentdb:SqlResourceSqlContainer azure-native:documentdb:TableResourceTable
        azure-native:documentdb:MongoDBResourceMongoDBDatabase
    """,
    "its objects": """
        aws:s3/bucket:Bucket aws:s3/bucketV2:BucketV2 aws:s3/directoryBucket:DirectoryBucket
        aws:s3/vectorsVectorBucket:VectorsVectorBucket aws:lightsail/bucket:Bucket aws:glacier/vault:Vault
        aws-native:s3:Bucket aws-native:s3express:DirectoryBucket aws-native:lightsail:Bucket
        alicloud:oss/bucket:Bucket
        gcp:storage/bucket:Bucket
        azure-native:storage:StorageAccount azure-native:storage:BlobContainer
    """,
    "its files": """
        aws:efs/fileSystem:FileSystem aws:fsx/lustreFileSystem:LustreFileSystem
        aws:fsx/ontapFileSystem:OntapFileSystem aws:fsx/ontapVolume:OntapVolume
        aws:fsx/openZfsFileSystem:OpenZfsFileSystem aws:fsx/openZfsVolume:OpenZfsVolume
        aws:fsx/windowsFileSystem:WindowsFileSystem aws:codecommit/repository:Repository
        aws-native:efs:FileSystem aws-native:fsx:Volume
        alicloud:nas/fileSystem:FileSystem alicloud:databasefilesystem/instance:Instance
        gcp:filestore/instance:Instance gcp:netapp/volume:Volume gcp:lustre/instance:Instance
        gcp:parallelstore/instance:Instance
        azure-native:storage:FileShare azure-native:netapp:CapacityPoolVolume
    """,
    "what is on the disk": """
        aws:ebs/volume:Volume aws:lightsail/disk:Disk
        aws-native:ec2:Volume aws-native:lightsail:Disk
        alicloud:ecs/disk:Disk alicloud:ecs/ecsDisk:EcsDisk alicloud:rds/customDisk:CustomDisk
        alicloud:simpleapplicationserver/disk:Disk
        gcp:compute/disk:Disk gcp:compute/regionDisk:RegionDisk
        azure-native:compute:Disk
        kubernetes:core/v1:PersistentVolume kubernetes:core/v1:PersistentVolumeClaim
    """,
    "what it holds in memory": """
        aws:elasticache/cluster:Cluster aws:elasticache/replicationGroup:ReplicationGroup
        aws:elasticache/serverlessCache:ServerlessCache
        aws:elasticache/globalReplicationGroup:GlobalReplicationGroup aws:memorydb/cluster:Cluster
        aws:memorydb/multiRegionCluster:MultiRegionCluster
        aws-native:elasticache:CacheCluster aws-native:elasticache:ReplicationGroup
        aws-native:elasticache:ServerlessCache aws-native:elasticache:GlobalReplicationGroup
        aws-native:memorydb:Cluster aws-native:memorydb:MultiRegionCluster
        alicloud:kvstore/instance:Instance alicloud:redis/tairInstance:TairInstance
        gcp:redis/instance:Instance gcp:redis/cluster:Cluster gcp:memorystore/instance:Instance
        gcp:memcache/instance:Instance
        azure-native:redis:Redis azure-native:redisenterprise:RedisEnterprise
        azure-native:redisenterprise:Database azure-native:cache:Redis azure-native:cache:RedisEnterprise
    """,
    "its indexes": """
        aws:opensearch/domain:Domain aws:opensearch/serverlessCollection:ServerlessCollection
        aws:elasticsearch/domain:Domain
        aws-native:opensearchservice:Domain aws-native:opensearchserverless:Collection
        alicloud:elasticsearch/instance:Instance
    """,
    "messages that nobody has read yet": """
        aws:kinesis/stream:Stream aws:kinesis/videoStream:VideoStream aws:msk/cluster:Cluster
        aws:msk/serverlessCluster:ServerlessCluster aws:msk/topic:Topic aws:sqs/queue:Queue aws:mq/broker:Broker
        aws-native:kinesis:Stream aws-native:msk:Cluster aws-native:msk:ServerlessCluster
        aws-native:sqs:Queue aws-native:amazonmq:Broker
        alicloud:alikafka/instance:Instance alicloud:alikafka/topic:Topic
        alicloud:rocketmq/rocketMQInstance:RocketMQInstance alicloud:message/serviceQueue:ServiceQueue
        alicloud:mns/queue:Queue
        gcp:pubsub/subscription:Subscription gcp:managedkafka/cluster:Cluster gcp:managedkafka/topic:Topic
        azure-native:servicebus:Namespace azure-native:servicebus:Queue azure-native:servicebus:Topic
        azure-native:eventhub:Namespace azure-native:eventhub:EventHub azure-native:storage:Queue
    """,
    "its logs": """
        aws:cloudwatch/logGroup:LogGroup
        aws-native:logs:LogGroup
        alicloud:log/project:Project alicloud:log/store:Store
        gcp:logging/projectBucketConfig:ProjectBucketConfig
        azure-native:operationalinsights:Workspace
    """,
    "its images": """
        aws:ecr/repository:Repository aws:ecrpublic/repository:Repository
        aws-native:ecr:Repository
        alicloud:cr/repo:Repo alicloud:cr/registryEnterpriseInstance:RegistryEnterpriseInstance
        alicloud:cs/registryEnterpriseRepo:RegistryEnterpriseRepo
        gcp:artifactregistry/repository:Repository
        azure-native:containerregistry:Registry
    """,
    "its backups": """
        aws:backup/vault:Vault aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault
        aws:rds/snapshot:Snapshot aws:rds/clusterSnapshot:ClusterSnapshot aws:ebs/snapshot:Snapshot
        aws-native:backup:BackupVault aws-native:backup:LogicallyAirGappedBackupVault
        alicloud:hbr/vault:Vault
        gcp:netapp/backupVault:BackupVault
        azure-native:dataprotection:BackupVault azure-native:recoveryservices:Vault
    """,
    "its value": """
        aws:secretsmanager/secret:Secret aws:ssm/parameter:Parameter
        aws-native:secretsmanager:Secret aws-native:ssm:Parameter
        alicloud:kms/secret:Secret
        gcp:secretmanager/secret:Secret gcp:secretmanager/regionalSecret:RegionalSecret
        azure-native:keyvault:Vault azure-native:keyvault:Secret
        kubernetes:core/v1:Secret
        random:index/randomPassword:RandomPassword random:index/randomString:RandomString
        random:index/randomBytes:RandomBytes random:index/randomId:RandomId random:index/randomUuid:RandomUuid
        random:index/randomInteger:RandomInteger random:index/randomPet:RandomPet
        tls:index/privateKey:PrivateKey tls:index/selfSignedCert:SelfSignedCert
    """,
    "the key, and whatever only it can decrypt": """
        aws:kms/key:Key aws:kms/externalKey:ExternalKey aws:kms/replicaKey:ReplicaKey
        aws:acmpca/certificateAuthority:CertificateAuthority
        aws-native:kms:Key aws-native:kms:ReplicaKey aws-native:acmpca:CertificateAuthority
        alicloud:kms/key:Key alicloud:kms/instance:Instance
        gcp:kms/cryptoKey:CryptoKey gcp:kms/keyRing:KeyRing
        azure-native:keyvault:Key azure-native:keyvault:ManagedHsm
    """,
    "its users": """
        aws:cognito/userPool:UserPool aws:cognito/user:User
        aws-native:cognito:UserPool
    """,
    "everything that is in it": """
        kubernetes:core/v1:Namespace
    """,
    "what its pods know beyond their volumes": """
        kubernetes:apps/v1:StatefulSet kubernetes:apps/v1beta1:StatefulSet kubernetes:apps/v1beta2:StatefulSet
    """,
}

STATEFUL = {token: lost for lost, tokens in _LOST.items() for token in tokens.split()}
"""What is lost with a resource, by its type."""

_API_VERSION = re.compile(r"^(azure-native:\w+)/v\w+:")
"""Azure's types exist once more for each version of its interface."""


def lost_with(type_: str) -> str:
    """What is lost where a resource of this type is deleted; empty where it is none of the list."""
    return STATEFUL.get(_API_VERSION.sub(r"\1:", type_), "")
