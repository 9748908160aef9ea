"""The client's side of Spark Connect: sessions, columns and files without a JVM at hand."""
