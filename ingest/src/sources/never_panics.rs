//! Whatever bytes come, a source answers: rows that fit their tables, records set aside, or a refusal. Arbitrary bytes, and payloads of `data-samples/payloads` that
//! were cut, bent, spliced, nested and swollen.

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use proptest::sample::Index;

use super::{Delivery, Headers, Setting, Source, all, snapshot};

/// Sources that type what they tell themselves; the rows of the others are judged where they land.
const TYPED: [&str; 6] = ["easypost", "shopify", "stripe", "vendure", "woocommerce", "zendesk"];

/// How one payload is spoiled.
#[derive(Debug, Clone)]
enum Blow {
    Cut(Index),
    Flip(Index, u8),
    Splice(Index, Vec<u8>),
    Repeat(Index, Index),
    Swap(Index, &'static str),
}

/// What numbers, texts and structures are replaced by.
const STRANGE: [&str; 14] = [
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "-1",
    "0",
    "1e999999999",
    "99999999999999999999999999999999999999",
    "-0.00000000000000000000000000001",
    "9223372036854775807",
    "-9223372036854775808",
    "\"\\ud800\"",
    "\"9999-12-31T23:59:59.999999999+14:00\"",
];

fn blow() -> impl Strategy<Value = Blow> {
    prop_oneof![
        1 => any::<Index>().prop_map(Blow::Cut),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, bits)| Blow::Flip(at, bits)),
        1 => (any::<Index>(), proptest::collection::vec(any::<u8>(), 0..20)).prop_map(|(at, bytes)| Blow::Splice(at, bytes)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Blow::Repeat(from, to)),
        4 => (any::<Index>(), proptest::sample::select(&STRANGE[..])).prop_map(|(at, value)| Blow::Swap(at, value)),
    ]
}

fn struck(mut bytes: Vec<u8>, blows: &[Blow]) -> Vec<u8> {
    for blow in blows {
        if bytes.is_empty() {
            break;
        }
        match blow {
            Blow::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Blow::Flip(at, bits) => {
                let at = at.index(bytes.len());
                bytes[at] ^= bits;
            }
            Blow::Splice(at, with) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, with.iter().copied());
            }
            Blow::Repeat(from, to) => {
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                let piece = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.extend(piece);
            }
            Blow::Swap(at, value) => swap_value(&mut bytes, at, value),
        }
    }
    bytes
}

/// Puts `value` where one of the values after a colon stands; what follows a nested one is left as it is.
fn swap_value(bytes: &mut Vec<u8>, at: &Index, value: &str) {
    let colons: Vec<usize> = (0..bytes.len()).filter(|place| bytes[*place] == b':').collect();
    if colons.is_empty() {
        return;
    }
    let start = colons[at.index(colons.len())] + 1;
    let length = bytes[start..].iter().position(|byte| matches!(byte, b',' | b'}' | b'\n')).unwrap_or(0);
    bytes.splice(start..start + length, value.bytes());
}

fn setting() -> Setting {
    Setting { instance: "one".to_owned(), zone: chrono_tz::America::New_York, currency: Some("EUR".to_owned()) }
}

/// Asks everything that a source answers.
fn ask(source: &dyn Source, headers: &Headers, body: &[u8]) {
    let delivery = Delivery { headers, body, received_at: DateTime::<Utc>::MIN_UTC };
    let _ = source.authentic(&delivery, b"secret", DateTime::<Utc>::MAX_UTC);
    let _ = source.authentic(
        &Delivery { received_at: DateTime::<Utc>::MAX_UTC, ..delivery },
        b"whsec_c2VjcmV0",
        DateTime::<Utc>::MIN_UTC,
    );
    let _ = source.delivery_id(&delivery);
    for received_at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let decoded = source.decode(&Delivery { received_at, ..delivery }, &setting());
        let _ = snapshot::render(&decoded);
        if let Some(decoded) = decoded.ok().filter(|_| TYPED.contains(&source.name())) {
            snapshot::check_tables(&decoded);
        }
    }
}

fn ask_file(source: &dyn Source, path: &str, bytes: &[u8]) {
    let file = path.rsplit('/').next().unwrap_or(path);
    ask(source, &Headers::of_file(file), bytes);
    for (headers, body) in source.deliveries_of_file(file, bytes).unwrap_or_default() {
        ask(source, &headers, body);
    }
}

/// Payloads by their paths.
type Payloads = Vec<(String, Vec<u8>)>;

/// Every source with its payloads.
fn samples() -> Vec<(&'static dyn Source, Payloads)> {
    all().into_iter().map(|source| (source, snapshot::payloads(source.name()))).filter(|(_, files)| !files.is_empty()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn on_arbitrary_bytes(body in proptest::collection::vec(any::<u8>(), 0..300), topic in "[a-z_/.:]{0,30}", signature in ".{0,100}") {
        for source in all() {
            let names = ["x-shopify-hmac-sha256", "x-wc-webhook-signature", "stripe-signature", "webhook-signature", "x-hmac-signature"];
            let headers = names.iter().fold(Headers::of_file(&topic), |headers, name| headers.with(name, signature.clone()));
            ask(source, &headers.with("webhook-id", "1").with("webhook-timestamp", signature.clone()), &body);
            let _ = source.deliveries_of_file(&topic, &body);
        }
    }

    #[test]
    fn on_spoiled_payloads(at in any::<Index>(), blows in proptest::collection::vec(blow(), 1..6)) {
        for (source, files) in samples() {
            let (path, bytes) = at.get(&files);
            ask_file(source, path, &struck(bytes.clone(), &blows));
        }
    }
}

#[test]
fn on_every_payload_with_every_value_made_strange() {
    for (source, files) in samples() {
        for (path, bytes) in files.iter().filter(|(_, bytes)| bytes.len() < 20_000) {
            let Ok(text) = std::str::from_utf8(bytes) else { continue };
            for strange in STRANGE {
                let spoiled: Vec<String> = text.lines().map(|line| spoiled(line, strange)).collect();
                ask_file(source, path, spoiled.join("\n").as_bytes());
            }
        }
    }
}

/// The line with its simple value replaced.
fn spoiled(line: &str, strange: &str) -> String {
    match line.split_once(": ") {
        Some((name, value)) if !value.ends_with(['{', '[']) => {
            let comma = if value.ends_with(',') { "," } else { "" };
            format!("{name}: {strange}{comma}")
        }
        _ => line.to_owned(),
    }
}

#[test]
fn on_depth() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let nests = [deep("[", "]"), deep("{\"a\":", "}"), format!("{{\"line_items\": {}}}", deep("[", "]")), "[".repeat(1_000_000)];
    for source in all() {
        for nest in &nests {
            for topic in ["orders.create.json", "order.updated.json", "ticket.created.json"] {
                ask_file(source, topic, nest.as_bytes());
            }
        }
    }
}
