//! Decoding of streams within a budget, so that a small file cannot fill the memory.
//!
//! `hayro_syntax` decodes without a bound. Nearly all streams are deflated once: those are inflated here, up to the
//! budget. Other filters are left to `hayro_syntax` if even their worst case fits into the budget.

use flate2::{Decompress, FlushDecompress, Status};
use hayro_syntax::Filter;
use hayro_syntax::object::Stream;

use super::limits::Stop;

/// A deflated byte becomes at most this many.
pub(super) const FLATE_RATIO: usize = 1032;
/// An LZW code has at least 9 bits and stands for at most 4096 bytes, which it reaches only after growing to it.
pub(super) const LZW_RATIO: usize = 1600;
/// A run of the run-length filter.
pub(super) const RUN_RATIO: usize = 64;

/// The decoder of one document's streams.
pub(super) struct Decoder {
    inflate: Decompress,
    /// How many more bytes the document may decode to.
    left: usize,
}

impl Decoder {
    pub(super) fn new(budget: usize) -> Self {
        Self { inflate: Decompress::new(true), left: budget }
    }

    /// Appends the decoded data of a stream to `out`. A damaged stream gives what comes before the damage.
    pub(super) fn decode(&mut self, stream: &Stream<'_>, out: &mut Vec<u8>) -> Result<(), Stop> {
        let before = out.len();
        let filters = stream.filters();
        let predicted = stream.dict().contains_key("DecodeParms") || stream.dict().contains_key("DP");
        match filters.as_slice() {
            [] => out.extend_from_slice(&stream.raw_data()),
            [Filter::FlateDecode] if !predicted => self.inflate(&stream.raw_data(), out)?,
            _ => {
                let mut worst = stream.raw_data().len();
                for filter in &filters {
                    worst = worst.saturating_mul(match filter {
                        Filter::FlateDecode => FLATE_RATIO,
                        Filter::LzwDecode => LZW_RATIO,
                        Filter::RunLengthDecode => RUN_RATIO,
                        _ => 1,
                    });
                }
                if worst > self.left {
                    return Err(Stop::Limit("unpacks to too many bytes"));
                }
                if let Ok(data) = stream.decoded_data() {
                    out.extend_from_slice(&data);
                }
            }
        }
        self.spend(out.len() - before)
    }

    /// As [`Decoder::decode`], for a stream that has no reason to be larger than `most`: its data is then empty.
    pub(super) fn decode_small(&mut self, stream: &Stream<'_>, most: usize) -> Result<Vec<u8>, Stop> {
        let mut data = Vec::new();
        self.decode(stream, &mut data)?;
        if data.len() > most {
            data = Vec::new();
        }
        Ok(data)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Stop> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Stop::Limit("unpacks to too many bytes")),
        }
    }

    fn inflate(&mut self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Stop> {
        let before = out.len();
        self.run(data, true, out)?;
        if out.len() == before {
            // No zlib header, or a wrong one.
            self.run(data, false, out)?;
        }
        Ok(())
    }

    fn run(&mut self, data: &[u8], zlib: bool, out: &mut Vec<u8>) -> Result<(), Stop> {
        let before = out.len();
        self.inflate.reset(zlib);
        out.reserve((data.len().saturating_mul(4)).min(1 << 20));
        loop {
            let read = usize::try_from(self.inflate.total_in()).unwrap_or(usize::MAX);
            let Some(rest) = data.get(read..) else { return Ok(()) };
            if out.len() == out.capacity() {
                if out.len() - before > self.left {
                    return Err(Stop::Limit("unpacks to too many bytes"));
                }
                out.reserve(out.len().max(4096));
            }
            let written = out.len();
            match self.inflate.decompress_vec(rest, out, FlushDecompress::None) {
                Ok(Status::StreamEnd) | Err(_) => return Ok(()),
                Ok(_) => {
                    let stuck = out.len() == written && self.inflate.total_in() == read as u64;
                    if stuck && out.len() < out.capacity() {
                        return Ok(());
                    }
                }
            }
        }
    }
}
