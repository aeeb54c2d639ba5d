resource "aws_elasticache_replication_group" "plain" {
  replication_group_id = "plain"
  description          = "pages"
  engine               = "redis"
  node_type            = "cache.r7g.large"
}

resource "aws_elasticache_serverless_cache" "carts" {
  name   = "carts"
  engine = "memcached"
}

resource "aws_elasticache_cluster" "alone" {
  cluster_id      = "alone"
  engine          = "redis"
  node_type       = "cache.r7g.large"
  num_cache_nodes = 1
}

resource "aws_elasticache_replication_group" "kept" {
  replication_group_id       = "kept"
  description                = "sessions"
  engine                     = "valkey"
  node_type                  = "cache.r7g.large"
  snapshot_retention_limit   = 1
  at_rest_encryption_enabled = true
}

resource "aws_memorydb_cluster" "carts" {
  name      = "carts"
  node_type = "db.r7g.large"
  acl_name  = "carts"
}
