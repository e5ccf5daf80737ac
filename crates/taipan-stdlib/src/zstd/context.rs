//! Contexts and dictionaries of zstd: the only place that speaks to the C library.
//!
//! Invariants: every pointer is owned by one value and freed once, when that is dropped; a context keeps the dictionary it
//! refers to alive, whose content stays at one address; inputs and outputs are used for the duration of one call only (the
//! parameters that would let the library keep them are not offered).

#![allow(unsafe_code)]

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::ffi::CStr;
use std::rc::Rc;

use zstd_sys as z;
use zstd_sys::{ZSTD_cParameter as C, ZSTD_dParameter as D};

/// What the library says about an error.
#[derive(Clone, Copy, Debug)]
pub struct Failure(usize);

impl Failure {
    /// The name of the error.
    pub fn name(self) -> &'static str {
        // SAFETY: any number is allowed; the answer is a static text that ends in a zero.
        unsafe { CStr::from_ptr(z::ZSTD_getErrorName(self.0)) }.to_str().unwrap_or_default()
    }
}

/// A parameter the library does not have.
const UNSUPPORTED: Failure = Failure((z::ZSTD_ErrorCode::ZSTD_error_parameter_unsupported as usize).wrapping_neg());
/// Memory could not be had.
pub const NO_MEMORY: Failure = Failure((z::ZSTD_ErrorCode::ZSTD_error_memory_allocation as usize).wrapping_neg());

fn checked(code: usize) -> Result<usize, Failure> {
    // SAFETY: a function of its argument alone.
    if unsafe { z::ZSTD_isError(code) } != 0 { Err(Failure(code)) } else { Ok(code) }
}

/// Parameters of compression, without the two that make the library keep the caller's buffers.
#[rustfmt::skip]
const COMPRESSION: &[C] = &[
    C::ZSTD_c_compressionLevel, C::ZSTD_c_windowLog, C::ZSTD_c_hashLog, C::ZSTD_c_chainLog, C::ZSTD_c_searchLog,
    C::ZSTD_c_minMatch, C::ZSTD_c_targetLength, C::ZSTD_c_strategy, C::ZSTD_c_targetCBlockSize,
    C::ZSTD_c_enableLongDistanceMatching, C::ZSTD_c_ldmHashLog, C::ZSTD_c_ldmMinMatch, C::ZSTD_c_ldmBucketSizeLog,
    C::ZSTD_c_ldmHashRateLog, C::ZSTD_c_contentSizeFlag, C::ZSTD_c_checksumFlag, C::ZSTD_c_dictIDFlag,
    C::ZSTD_c_nbWorkers, C::ZSTD_c_jobSize, C::ZSTD_c_overlapLog, C::ZSTD_c_experimentalParam1,
    C::ZSTD_c_experimentalParam2, C::ZSTD_c_experimentalParam3, C::ZSTD_c_experimentalParam4,
    C::ZSTD_c_experimentalParam5, C::ZSTD_c_experimentalParam7, C::ZSTD_c_experimentalParam8,
    C::ZSTD_c_experimentalParam11, C::ZSTD_c_experimentalParam12, C::ZSTD_c_experimentalParam13,
    C::ZSTD_c_experimentalParam14, C::ZSTD_c_experimentalParam15, C::ZSTD_c_experimentalParam16,
    C::ZSTD_c_experimentalParam17, C::ZSTD_c_experimentalParam18, C::ZSTD_c_experimentalParam19,
    C::ZSTD_c_experimentalParam20,
];

/// Parameters of decompression, without the one that makes the library keep the caller's output.
#[rustfmt::skip]
const DECOMPRESSION: &[D] = &[
    D::ZSTD_d_windowLogMax, D::ZSTD_d_experimentalParam1, D::ZSTD_d_experimentalParam3, D::ZSTD_d_experimentalParam4,
    D::ZSTD_d_experimentalParam5, D::ZSTD_d_experimentalParam6,
];

fn compression(key: i32) -> Result<C, Failure> {
    COMPRESSION.iter().copied().find(|parameter| *parameter as i64 == i64::from(key)).ok_or(UNSUPPORTED)
}

fn decompression(key: i32) -> Result<D, Failure> {
    DECOMPRESSION.iter().copied().find(|parameter| *parameter as i64 == i64::from(key)).ok_or(UNSUPPORTED)
}

/// The least and the greatest value of a parameter of compression, or of decompression.
pub fn bounds(compress: bool, key: i32) -> Result<(i32, i32), Failure> {
    let bounds = if compress {
        let parameter = compression(key)?;
        // SAFETY: a function of its argument alone.
        unsafe { z::ZSTD_cParam_getBounds(parameter) }
    } else {
        let parameter = decompression(key)?;
        // SAFETY: as above.
        unsafe { z::ZSTD_dParam_getBounds(parameter) }
    };
    checked(bounds.error)?;
    Ok((bounds.lowerBound, bounds.upperBound))
}

/// The range of compression levels.
pub fn levels() -> (i32, i32) {
    // SAFETY: functions without arguments or effects.
    unsafe { (z::ZSTD_minCLevel(), z::ZSTD_maxCLevel()) }
}

/// The level that level 0 stands for.
pub fn default_level() -> i32 {
    // SAFETY: as above.
    unsafe { z::ZSTD_defaultCLevel() }
}

/// The library's version as a number, and as a text.
pub fn version() -> (u32, &'static str) {
    // SAFETY: as above; the text is static and ends in a zero.
    unsafe { (z::ZSTD_versionNumber(), CStr::from_ptr(z::ZSTD_versionString()).to_str().unwrap_or_default()) }
}

/// The size of output that the library recommends.
pub fn output_size() -> usize {
    // SAFETY: as above.
    unsafe { z::ZSTD_DStreamOutSize() }
}

/// No compressed form of so many bytes is longer; an input too long to be compressed gives `None`.
pub fn bound(len: usize) -> Option<usize> {
    // SAFETY: a function of its argument alone.
    checked(unsafe { z::ZSTD_compressBound(len) }).ok()
}

/// The size of the frame that `bytes` begin with.
pub fn frame_size(bytes: &[u8]) -> Result<usize, Failure> {
    // SAFETY: pointer and length are those of a slice.
    checked(unsafe { z::ZSTD_findFrameCompressedSize(bytes.as_ptr().cast(), bytes.len()) })
}

/// The size of the content (if it is told) and the number of the dictionary in a frame's header; `None` if there is none.
pub fn frame_header(bytes: &[u8]) -> Option<(Option<u64>, u32)> {
    // SAFETY: pointer and length are those of a slice.
    let (size, id) = unsafe {
        let (at, len) = (bytes.as_ptr().cast(), bytes.len());
        (z::ZSTD_getFrameContentSize(at, len), z::ZSTD_getDictID_fromFrame(at, len))
    };
    match size {
        size if size == z::ZSTD_CONTENTSIZE_ERROR as u64 => None,
        size => Some(((size != UNKNOWN_SIZE).then_some(size), id)),
    }
}

/// The size of a content that is not known.
pub const UNKNOWN_SIZE: u64 = z::ZSTD_CONTENTSIZE_UNKNOWN as u64;

/// What one call of a codec did.
pub struct Outcome {
    pub consumed: usize,
    pub written: usize,
    /// What is left to do; 0: all was flushed (and when decompressing: the frame is complete).
    pub rest: usize,
}

// ---- dictionaries ----

struct CompressingDict(*mut z::ZSTD_CDict);

impl Drop for CompressingDict {
    fn drop(&mut self) {
        // SAFETY: owned, freed once.
        unsafe { z::ZSTD_freeCDict(self.0) };
    }
}

struct DecompressingDict(*mut z::ZSTD_DDict);

impl Drop for DecompressingDict {
    fn drop(&mut self) {
        // SAFETY: owned, freed once.
        unsafe { z::ZSTD_freeDDict(self.0) };
    }
}

/// A dictionary with its digested forms, each made at first use.
pub struct Dictionary {
    pub content: Box<[u8]>,
    /// 0: of no standard format.
    pub id: u32,
    compressing: RefCell<HashMap<i32, CompressingDict>>,
    decompressing: OnceCell<DecompressingDict>,
}

/// How a dictionary is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Digested,
    Undigested,
    Prefix,
}

/// Why a dictionary was not taken.
pub enum DictFailure {
    /// It could not be digested.
    Digest,
    Load(Failure),
}

impl Dictionary {
    /// A dictionary of this content.
    pub fn new(content: Box<[u8]>) -> Dictionary {
        // SAFETY: pointer and length are those of a slice.
        let id = unsafe { z::ZSTD_getDictID_fromDict(content.as_ptr().cast(), content.len()) };
        Dictionary { content, id, compressing: RefCell::default(), decompressing: OnceCell::new() }
    }

    fn for_compressing(&self, level: i32) -> Option<*const z::ZSTD_CDict> {
        let mut made = self.compressing.borrow_mut();
        if let Some(dict) = made.get(&level) {
            return Some(dict.0);
        }
        // SAFETY: pointer and length are those of a slice, which is copied.
        let dict = unsafe { z::ZSTD_createCDict(self.content.as_ptr().cast(), self.content.len(), level) };
        if dict.is_null() {
            return None;
        }
        made.insert(level, CompressingDict(dict));
        Some(dict)
    }

    fn for_decompressing(&self) -> Option<*const z::ZSTD_DDict> {
        if let Some(dict) = self.decompressing.get() {
            return Some(dict.0);
        }
        // SAFETY: as above.
        let dict = unsafe { z::ZSTD_createDDict(self.content.as_ptr().cast(), self.content.len()) };
        (!dict.is_null()).then(|| self.decompressing.get_or_init(|| DecompressingDict(dict)).0.cast_const())
    }
}

/// Trains a dictionary of at most `out.len()` bytes by samples that lie one after the other; gives its size.
pub fn train(out: &mut [u8], samples: &[u8], sizes: &[usize]) -> Result<usize, Failure> {
    debug_assert_eq!(sizes.iter().sum::<usize>(), samples.len());
    let count = u32::try_from(sizes.len()).map_err(|_| NO_MEMORY)?;
    // SAFETY: pointers and lengths are those of slices; the sizes add up to the length of the samples.
    checked(unsafe {
        let (to, samples) = (out.as_mut_ptr().cast(), samples.as_ptr().cast());
        z::ZDICT_trainFromBuffer(to, out.len(), samples, sizes.as_ptr(), count)
    })
}

/// Puts header and statistics of samples before a content; gives the size of the dictionary.
pub fn finalize(out: &mut [u8], content: &[u8], samples: &[u8], sizes: &[usize], level: i32) -> Result<usize, Failure> {
    debug_assert_eq!(sizes.iter().sum::<usize>(), samples.len());
    let count = u32::try_from(sizes.len()).map_err(|_| NO_MEMORY)?;
    let parameters = z::ZDICT_params_t { compressionLevel: level, notificationLevel: 0, dictID: 0 };
    // SAFETY: as above.
    checked(unsafe {
        let (to, from, samples) = (out.as_mut_ptr().cast(), content.as_ptr().cast(), samples.as_ptr().cast());
        z::ZDICT_finalizeDictionary(to, out.len(), from, content.len(), samples, sizes.as_ptr(), count, parameters)
    })
}

// ---- compressing ----

/// A compressing context.
pub struct Compressing {
    context: *mut z::ZSTD_CCtx,
    /// Whether threads of the library may be at work for it.
    has_workers: bool,
    /// What the context may refer to.
    dictionary: Option<Rc<Dictionary>>,
}

/// What a call of the compressor shall end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    Nothing,
    Block,
    Frame,
}

impl Compressing {
    /// A context; `None`: no memory.
    pub fn new() -> Option<Compressing> {
        // SAFETY: a function without arguments.
        let context = unsafe { z::ZSTD_createCCtx() };
        (!context.is_null()).then_some(Compressing { context, has_workers: false, dictionary: None })
    }

    /// Sets a parameter.
    pub fn set(&mut self, key: i32, value: i32) -> Result<(), Failure> {
        let parameter = compression(key)?;
        self.has_workers |= parameter == C::ZSTD_c_nbWorkers && value != 0;
        // SAFETY: a live context; the library checks the value.
        checked(unsafe { z::ZSTD_CCtx_setParameter(self.context, parameter, value) }).map(drop)
    }

    /// Uses a dictionary from now on (a prefix: for the next frame).
    pub fn load(&mut self, dictionary: Rc<Dictionary>, kind: Kind, level: i32) -> Result<(), DictFailure> {
        let (at, len) = (dictionary.content.as_ptr().cast(), dictionary.content.len());
        // SAFETY: a live context; the dictionary stays where it is for as long as the context lives, which keeps it.
        let code = unsafe {
            match kind {
                Kind::Digested => {
                    let digested = dictionary.for_compressing(level).ok_or(DictFailure::Digest)?;
                    z::ZSTD_CCtx_refCDict(self.context, digested)
                }
                Kind::Undigested => z::ZSTD_CCtx_loadDictionary(self.context, at, len),
                Kind::Prefix => z::ZSTD_CCtx_refPrefix(self.context, at, len),
            }
        };
        self.dictionary = Some(dictionary);
        checked(code).map(drop).map_err(DictFailure::Load)
    }

    /// Tells the size of the content of the next frame.
    pub fn pledge(&mut self, size: u64) -> Result<(), Failure> {
        // SAFETY: a live context.
        checked(unsafe { z::ZSTD_CCtx_setPledgedSrcSize(self.context, size) }).map(drop)
    }

    /// Compresses a part of the input into the output.
    pub fn run(&mut self, input: &[u8], output: &mut [u8], end: End) -> Result<Outcome, Failure> {
        let end = match end {
            End::Nothing => z::ZSTD_EndDirective::ZSTD_e_continue,
            End::Block => z::ZSTD_EndDirective::ZSTD_e_flush,
            End::Frame => z::ZSTD_EndDirective::ZSTD_e_end,
        };
        let mut from = z::ZSTD_inBuffer { src: input.as_ptr().cast(), size: input.len(), pos: 0 };
        let mut to = z::ZSTD_outBuffer { dst: output.as_mut_ptr().cast(), size: output.len(), pos: 0 };
        // SAFETY: a live context; pointers and lengths are those of slices, which the library does not keep: workers get
        // copies of the input.
        let rest = checked(unsafe { z::ZSTD_compressStream2(self.context, &mut to, &mut from, end) })?;
        Ok(Outcome { consumed: from.pos, written: to.pos, rest })
    }

    /// Forgets the frame that was begun.
    pub fn reset(&mut self) {
        // SAFETY: a live context.
        unsafe { z::ZSTD_CCtx_reset(self.context, z::ZSTD_ResetDirective::ZSTD_reset_session_only) };
    }

    /// How much memory the context has.
    pub fn size(&self) -> usize {
        // SAFETY: a live context.
        unsafe { z::ZSTD_sizeof_CCtx(self.context) }
    }
}

impl Drop for Compressing {
    fn drop(&mut self) {
        if self.has_workers {
            // The library frees a dictionary of its own before it waits for the workers that read it, but at the
            // beginning of a frame it waits for those of the frame before.
            self.reset();
            let _ = self.run(&[], &mut [0; 64], End::Nothing);
        }
        // SAFETY: owned, freed once, before its dictionary.
        unsafe { z::ZSTD_freeCCtx(self.context) };
    }
}

// ---- decompressing ----

/// A decompressing context.
pub struct Decompressing {
    context: *mut z::ZSTD_DCtx,
    /// What the context may refer to.
    dictionary: Option<Rc<Dictionary>>,
}

impl Decompressing {
    /// A context; `None`: no memory.
    pub fn new() -> Option<Decompressing> {
        // SAFETY: a function without arguments.
        let context = unsafe { z::ZSTD_createDCtx() };
        (!context.is_null()).then_some(Decompressing { context, dictionary: None })
    }

    /// Sets a parameter.
    pub fn set(&mut self, key: i32, value: i32) -> Result<(), Failure> {
        let parameter = decompression(key)?;
        // SAFETY: a live context; the library checks the value.
        checked(unsafe { z::ZSTD_DCtx_setParameter(self.context, parameter, value) }).map(drop)
    }

    /// Uses a dictionary from now on (a prefix: for the next frame).
    pub fn load(&mut self, dictionary: Rc<Dictionary>, kind: Kind) -> Result<(), DictFailure> {
        let (at, len) = (dictionary.content.as_ptr().cast(), dictionary.content.len());
        // SAFETY: as for a compressing context.
        let code = unsafe {
            match kind {
                Kind::Digested => {
                    let digested = dictionary.for_decompressing().ok_or(DictFailure::Digest)?;
                    z::ZSTD_DCtx_refDDict(self.context, digested)
                }
                Kind::Undigested => z::ZSTD_DCtx_loadDictionary(self.context, at, len),
                Kind::Prefix => z::ZSTD_DCtx_refPrefix(self.context, at, len),
            }
        };
        self.dictionary = Some(dictionary);
        checked(code).map(drop).map_err(DictFailure::Load)
    }

    /// Decompresses a part of the input into the output.
    pub fn run(&mut self, input: &[u8], output: &mut [u8]) -> Result<Outcome, Failure> {
        let mut from = z::ZSTD_inBuffer { src: input.as_ptr().cast(), size: input.len(), pos: 0 };
        let mut to = z::ZSTD_outBuffer { dst: output.as_mut_ptr().cast(), size: output.len(), pos: 0 };
        // SAFETY: a live context; pointers and lengths are those of slices, which the library does not keep.
        let rest = checked(unsafe { z::ZSTD_decompressStream(self.context, &mut to, &mut from) })?;
        Ok(Outcome { consumed: from.pos, written: to.pos, rest })
    }

    /// Forgets the frame that was begun.
    pub fn reset(&mut self) {
        // SAFETY: a live context.
        unsafe { z::ZSTD_DCtx_reset(self.context, z::ZSTD_ResetDirective::ZSTD_reset_session_only) };
    }
}

impl Drop for Decompressing {
    fn drop(&mut self) {
        // SAFETY: owned, freed once, before its dictionary.
        unsafe { z::ZSTD_freeDCtx(self.context) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_pack_and_unpack_with_each_kind_of_dictionary() {
        let data = b"abracadabra".repeat(200);
        for kind in [Kind::Digested, Kind::Undigested, Kind::Prefix] {
            let dictionary = Rc::new(Dictionary::new(data[3..300].into()));
            assert_eq!(dictionary.id, 0);
            let mut packer = Compressing::new().unwrap();
            assert!(packer.load(dictionary.clone(), kind, 3).is_ok());
            let mut packed = vec![0; bound(data.len()).unwrap()];
            let outcome = packer.run(&data, &mut packed, End::Frame).unwrap();
            assert_eq!((outcome.consumed, outcome.rest), (data.len(), 0));
            packed.truncate(outcome.written);
            assert_eq!(frame_size(&packed).unwrap(), packed.len());
            assert_eq!(frame_header(&packed), Some((Some(data.len() as u64), 0)));
            let mut unpacker = Decompressing::new().unwrap();
            assert!(unpacker.load(dictionary, kind).is_ok());
            let mut out = vec![0; data.len()];
            let back = unpacker.run(&packed, &mut out).unwrap();
            assert_eq!((back.written, back.rest), (data.len(), 0));
            assert_eq!(out, data);
        }
    }

    #[test]
    fn parameters_are_known_and_bounded() {
        assert_eq!(bounds(true, 101).unwrap(), (10, 31));
        assert_eq!(bounds(false, 100).unwrap(), (10, 31));
        assert_eq!(bounds(true, 1).unwrap_err().name(), "Unsupported parameter");
        assert!(Compressing::new().unwrap().set(101, 99).is_err());
        assert!(Compressing::new().unwrap().set(400, 2).is_ok());
        assert!(Decompressing::new().unwrap().run(b"nothing", &mut []).is_err());
    }
}
