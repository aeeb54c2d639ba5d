resource "aws_db_instance" "own" {
  engine                  = "mysql"
  instance_class          = "db.m7g.large"
  backup_retention_period = 0
  skip_final_snapshot     = true
}

resource "aws_db_instance" "window" {
  engine              = "mysql"
  maintenance_window  = "sun:02:00-sun:03:00"
  skip_final_snapshot = true
}

resource "aws_rds_cluster" "own" {
  engine            = "aurora-mysql"
  storage_encrypted = false
}

resource "aws_neptune_cluster" "own" {
  skip_final_snapshot = true
}

resource "aws_docdb_cluster" "own" {
  skip_final_snapshot = true
}

resource "aws_rds_global_cluster" "own" {
  global_cluster_identifier = "own"
  engine                    = "aurora-mysql"
}

resource "aws_docdb_global_cluster" "own" {
  global_cluster_identifier = "own-docs"
}

resource "aws_neptune_global_cluster" "own" {
  global_cluster_identifier = "own-graph"
}

resource "aws_db_snapshot" "own" {
  db_instance_identifier = aws_db_instance.own.identifier
  db_snapshot_identifier = "own"
  shared_accounts        = ["all"]
}

resource "aws_db_snapshot_copy" "own" {
  source_db_snapshot_identifier = aws_db_snapshot.own.db_snapshot_arn
  target_db_snapshot_identifier = "copy"
  shared_accounts               = ["all"]
}

resource "aws_db_cluster_snapshot" "own" {
  db_cluster_identifier          = aws_rds_cluster.own.cluster_identifier
  db_cluster_snapshot_identifier = "own"
  shared_accounts                = ["all"]
}

resource "aws_rds_cluster_snapshot_copy" "own" {
  source_db_cluster_snapshot_identifier = aws_db_cluster_snapshot.own.db_cluster_snapshot_arn
  target_db_cluster_snapshot_identifier = "copy"
}
