//! Embedding API of Taipan.
