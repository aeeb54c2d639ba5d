resource "aws_redshift_cluster" "warehouse" {
  cluster_identifier                  = "warehouse"
  node_type                           = "dc2.large"
  master_username                     = "admin"
  manage_master_password              = true
  encrypted                           = false
  automated_snapshot_retention_period = 0
}

resource "aws_redshift_snapshot_copy_grant" "far" {
  snapshot_copy_grant_name = "far"
}

resource "aws_redshiftserverless_namespace" "serverless" {
  namespace_name = "serverless"
}
