//! Native modules of the standard library: one file or folder each, one row here.

#![deny(unsafe_code)]

use taipan_vm::spec::ModuleSpec;

pub mod abc;
pub mod array;
pub mod binascii;
pub mod bisect;
pub mod blake2;
pub mod bz2;
pub mod checksums;
pub mod cmath;
pub mod codecs;
pub mod collections;
pub mod compression;
pub mod csv;
pub mod ctypes;
pub mod datetime;
pub mod decimal;
pub mod errno;
pub mod faulthandler;
pub mod fcntl;
pub mod functools;
pub mod grp;
pub mod hashes;
pub mod heapq;
pub mod io;
pub mod itertools;
pub mod json;
pub mod library;
pub mod locale;
pub mod lsprof;
pub mod lzma;
pub mod math;
pub mod mmap;
pub mod module_exception;
pub mod multibyte;
pub mod multiprocessing;
pub mod opcode;
pub mod operator;
pub mod packed;
pub mod pbkdf2;
pub mod pickle;
pub mod pickle_buffer;
pub mod posix;
pub mod posixshmem;
pub mod posixsubprocess;
pub mod pwd;
pub mod pyexpat;
pub mod queue;
pub mod random;
pub mod resource;
pub mod resource_warning;
pub mod select;
pub mod socket;
pub mod sre;
pub mod stat;
pub mod statistics;
pub mod string;
pub mod struct_;
pub mod suggestions;
pub mod sysconfig;
pub mod syslog;
pub mod termios;
pub mod time;
pub mod timeout;
pub mod tokenize;
pub mod unicodedata;
pub mod warnings;
pub mod zlib;
pub mod zstd;

/// The modules, to be registered with `Interpreter::register_modules`.
#[rustfmt::skip]
pub static MODULES: &[&ModuleSpec] = &[
    &io::MODULE,
    &array::MODULE,
    &binascii::MODULE,
    &bisect::MODULE,
    &blake2::MODULE,
    &cmath::MODULE,
    &codecs::MODULE,
    &collections::MODULE,
    &errno::MODULE,
    &functools::MODULE,
    &hashes::MD5_MODULE,
    &hashes::SHA1_MODULE,
    &hashes::SHA2_MODULE,
    &hashes::SHA3_MODULE,
    &heapq::MODULE,
    &itertools::MODULE,
    &locale::MODULE,
    &syslog::MODULE,
    &math::MODULE,
    &opcode::MODULE,
    &operator::MODULE,
    &posix::MODULE,
    &multiprocessing::MODULE,
    &posixshmem::MODULE,
    &posixsubprocess::MODULE,
    &select::MODULE,
    &faulthandler::MODULE,
    &fcntl::MODULE,
    &grp::MODULE,
    &pwd::MODULE,
    &termios::MODULE,
    &socket::MODULE,
    &queue::MODULE,
    &random::MODULE,
    &resource::MODULE,
    &stat::MODULE,
    &statistics::MODULE,
    &string::MODULE,
    &struct_::MODULE,
    &suggestions::MODULE,
    &sysconfig::MODULE,
    &time::MODULE,
    &unicodedata::MODULE,
    &tokenize::MODULE,
    &warnings::MODULE,
    &sre::MODULE,
    &zlib::MODULE,
    &csv::MODULE,
    &ctypes::MODULE,
    &json::MODULE,
    &abc::MODULE,
    &datetime::MODULE,
    &decimal::MODULE,
    &bz2::MODULE,
    &lsprof::MODULE,
    &lzma::MODULE,
    &zstd::MODULE,
    &mmap::MODULE,
    &multibyte::MODULE,
    &pbkdf2::MODULE,
    &pickle::MODULE,
    &pyexpat::MODULE,
];
