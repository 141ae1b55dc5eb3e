//! An event a line: NDJSON, posted or in a file. Knows where lines end, nothing of what is in them.

/// What says so of a message.
pub(super) const CONTENT_TYPE: &str = "application/x-ndjson";
/// All names that it goes by.
pub(super) const CONTENT_TYPES: [&str; 4] = [CONTENT_TYPE, "application/ndjson", "application/jsonl", "application/json-lines"];

/// About how many bytes of a file make one delivery.
const PIECE_BYTES: usize = 1 << 20;

/// The lines that are not blank.
pub(super) fn of(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.trim().is_empty()).collect()
}

/// Whether a file holds an event a line: by its name, or by a first line that is an object and a second one that begins another.
pub(super) fn is_lines(file_name: &str, bytes: &[u8]) -> bool {
    let named = [".ndjson", ".jsonl"].iter().any(|ending| file_name.ends_with(ending));
    let mut lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let first = lines.next().is_some_and(|line| line.trim_ascii().starts_with(b"{") && line.trim_ascii().ends_with(b"}"));
    named || (first && lines.next().is_some_and(|line| line.trim_ascii().starts_with(b"{")))
}

/// The file in pieces of whole lines.
pub(super) fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let least = PIECE_BYTES.min(rest.len());
        let end = rest[least..].iter().position(|byte| *byte == b'\n').map_or(rest.len(), |more| least + more + 1);
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_with_lines() {
        let line = format!("{}\n", "x".repeat(99));
        let file = line.repeat(30_000);
        let pieces = pieces(file.as_bytes()).collect::<Vec<_>>();
        assert_eq!(pieces.concat(), file.as_bytes());
        assert!(pieces.len() == 3 && pieces.iter().all(|piece| piece.ends_with(b"\n")));
    }

    #[test]
    fn files_of_lines_are_known() {
        assert!(is_lines("a.ndjson", b"") && is_lines("a.txt", b"{}\n\n{}\n"));
        assert!(!is_lines("a.json", b"{\n}") && !is_lines("a.json", b"{}") && !is_lines("a.json", b"[{},\n{}]"));
    }
}
