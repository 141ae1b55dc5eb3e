//! Taking a content encoding off, with bounds on what comes out.

use std::io::Read;

use flate2::bufread::MultiGzDecoder;

use super::limits::DoorLimits;
use super::refusal::Refusal;

/// What the header says that the body is packed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
}

impl Packing {
    pub(super) fn of(content_encoding: Option<&str>) -> Result<Self, Refusal> {
        match content_encoding.map(|told| told.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => Ok(Self::None),
            Some("gzip" | "x-gzip") => Ok(Self::Gzip),
            Some(told) => Err(Refusal::ContentEncoding { told: told.chars().take(100).collect() }),
        }
    }
}

/// The bytes that `packed` are the gzip of.
pub(super) fn gunzip(packed: &[u8], limits: &DoorLimits) -> Result<Vec<u8>, Refusal> {
    let by_ratio = packed.len().saturating_mul(limits.unpack_ratio).max(limits.unpack_free_bytes);
    let (limit, setting) =
        if by_ratio < limits.unpacked_bytes { (by_ratio, "unpack_ratio") } else { (limits.unpacked_bytes, "unpacked_bytes") };
    let mut bytes = Vec::new();
    let one_more = (limit as u64).saturating_add(1);
    MultiGzDecoder::new(packed)
        .take(one_more)
        .read_to_end(&mut bytes)
        .map_err(|error| Refusal::Malformed { detail: format!("The body is not the gzip it is said to be: {error}.") })?;
    if bytes.len() > limit {
        return Err(Refusal::TooLarge { limit, setting });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn limits() -> DoorLimits {
        DoorLimits { unpacked_bytes: 1 << 20, unpack_ratio: 50, unpack_free_bytes: 10_000, ..DoorLimits::default() }
    }

    #[test]
    fn what_was_packed_comes_out() {
        let twice = [gzip(b"{}"), gzip(b"{}")].concat();
        assert_eq!(gunzip(&twice, &limits()).unwrap(), b"{}{}", "members one after another");
        assert_eq!(gunzip(&gzip(&[7; 9_999]), &limits()).unwrap().len(), 9_999, "small ones may be packed as well as they can");
    }

    #[test]
    fn bombs_stay_packed() {
        let bomb = gunzip(&gzip(&[0; 100_000]), &limits());
        assert!(matches!(bomb, Err(Refusal::TooLarge { setting: "unpack_ratio", .. })), "{bomb:?}");
        let limits = DoorLimits { unpack_ratio: usize::MAX, ..limits() };
        let bomb = gunzip(&gzip(&vec![0; 3 << 20]), &limits);
        assert!(matches!(bomb, Err(Refusal::TooLarge { limit: 1_048_576, setting: "unpacked_bytes" })), "{bomb:?}");
        assert_eq!(gunzip(&gzip(&vec![0; 1 << 20]), &limits).unwrap().len(), 1 << 20);
    }

    #[test]
    fn what_is_no_gzip_says_so() {
        let packed = gzip(b"some text");
        for wrong in [&b"{}"[..], b"", &packed[..packed.len() - 3], &[&packed[..], b"more"].concat()] {
            assert!(matches!(gunzip(wrong, &limits()), Err(Refusal::Malformed { .. })), "{wrong:?}");
        }
        assert_eq!(Packing::of(Some(" GZip ")).unwrap(), Packing::Gzip);
        assert!(Packing::of(Some("gzip, gzip")).is_err());
        assert!(Packing::of(Some("br")).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, at: proptest::sample::Index, byte: u8) {
            let _ = gunzip(&bytes, &limits());
            let mut packed = gzip(&bytes);
            let at = at.index(packed.len());
            packed[at] = byte;
            let _ = gunzip(&packed, &limits());
        }
    }
}
