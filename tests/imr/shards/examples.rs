//! The examples of jobs that write shards.
