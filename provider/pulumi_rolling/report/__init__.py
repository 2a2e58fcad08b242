"""What people and programs are shown: projections of plans, decisions and records. No rule is known here."""
