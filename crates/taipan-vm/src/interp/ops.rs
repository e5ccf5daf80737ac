//! Out-of-line bodies of the register operations, by family. Each takes the VM and the operation; those that give a value
//! return it, or `call::PUSHED` when a frame was pushed that will.

pub mod attr;
pub mod binary;
pub mod build;
pub mod call;
pub mod compare;
pub mod delegation;
pub mod exception;
pub mod function;
pub mod generator;
pub mod import;
pub mod iter;
pub mod matching;
pub mod name;
pub mod plain_init;
pub mod unpack;
