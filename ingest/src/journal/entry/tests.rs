//! Tests of `entry`.

use chrono::TimeZone;
use proptest::prelude::*;

use super::super::tests::entry;
use super::*;

#[test]
fn comes_back_as_it_was() {
    for body in [&b""[..], b"{}", b"\0\xff\r\n not text", &[7; 100_000]] {
        let entry = entry(body);
        assert_eq!(Entry::decode(&entry.clone().encode().unwrap()).unwrap(), entry);
    }
}

#[test]
fn the_head_says_what_it_is() {
    let bytes = entry("{}").encode().unwrap();
    let head: serde_json::Value = serde_json::from_slice(&bytes[4..bytes.len() - 2]).unwrap();
    assert_eq!(head["v"], 1);
    assert_eq!(head["received_at_micros"], 1_767_225_600_123_456_i64);
    assert_eq!(head["hash"], "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    assert_eq!(head["setting"]["zone"], "Europe/Berlin");
}

#[test]
fn arrival_is_kept_to_the_microsecond() {
    let at = chrono::Utc.timestamp_nanos(1_767_225_600_123_456_789);
    let entry = Entry::new("n8n", Headers::default(), vec![], at, entry("").setting);
    assert_eq!(entry.received_at.timestamp_subsec_nanos(), 123_456_000);
}

#[test]
fn what_is_no_entry_says_so() {
    for (bytes, why) in [
        (&b""[..], "shorter than its length field"),
        (b"\0\0\0\x09{}", "shorter than its head"),
        (b"\xff\xff\xff\xff{}", "shorter than its head"),
        (b"\0\0\0\x02{}", "its head: missing field"),
    ] {
        let error = Entry::decode(bytes).unwrap_err();
        assert!(error.starts_with(why), "{error}");
    }
    let text = String::from_utf8(entry("").encode().unwrap()[4..].to_vec()).unwrap().replace("\"v\":1", "\"v\":2");
    let mut later = (text.len() as u32).to_be_bytes().to_vec();
    later.extend_from_slice(text.as_bytes());
    assert_eq!(Entry::decode(&later).unwrap_err(), "version 2 of the encoding; this program reads 1");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, at: proptest::sample::Index, byte: u8) {
        let _ = Entry::decode(&bytes);
        let mut good = entry(bytes).encode().unwrap();
        let at = at.index(good.len());
        good[at] = byte;
        let _ = Entry::decode(&good);
    }
}
