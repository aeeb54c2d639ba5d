resource "aws_dynamodb_table" "own" {
  name     = "own"
  hash_key = "id"

  ttl {
    attribute_name = "expires"
    enabled        = true
  }
}

resource "aws_dynamodb_table" "short" {
  name     = "short"
  hash_key = "id"

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 7
  }

  replica {
    region_name = "eu-west-1"
  }
}

resource "aws_dynamodb_table_replica" "own" {
  global_table_arn = aws_dynamodb_table.own.arn
}
