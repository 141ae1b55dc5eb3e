//! The one torn tail that `fjall` does not cut off by itself. After a loss of power the pages of the last write may be there in any part: when
//! its end is there and a page within is not, its checksum is wrong and the store refuses to open. That write was never acknowledged (one
//! thread writes, and fsyncs before it answers), so its end is cut as well, after which the store drops the whole of it. A wrong checksum
//! anywhere before is damage of what was acknowledged: then everything is left as it is, and a person must look.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::super::JournalError;

/// Bytes looked at in one go.
const WINDOW_BYTES: u64 = 64 << 10;

/// Takes the last byte off the newest write-ahead file in `folder` and opens with `open`; puts it back when that does not help.
pub(super) fn cut<T>(folder: &Path, open: impl FnOnce() -> Result<T, JournalError>) -> Result<T, JournalError> {
    let damaged = |detail: String| JournalError::Closed { detail: format!("{}: {detail}", folder.display()) };
    let failed = |error: io::Error| damaged(format!("its write-ahead file is damaged, and: {error}"));
    let path = newest(folder).map_err(failed)?.ok_or_else(|| damaged("no write-ahead file".to_owned()))?;
    let file = OpenOptions::new().read(true).write(true).open(&path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let Some((at, byte)) = last_byte(&file, length).map_err(failed)? else {
        return Err(damaged("its write-ahead file is damaged".to_owned()));
    };
    tracing::warn!(path = %path.display(), offset = at, "cutting a torn write off the journal; it was not acknowledged");
    file.set_len(at).and_then(|()| file.sync_all()).map_err(failed)?;
    open().map_err(|error| match put_back(&file, length, at, byte) {
        Ok(()) => damaged(format!("its write-ahead file {} is damaged before its end ({error})", path.display())),
        Err(back) => damaged(format!("its write-ahead file {} is damaged ({error}; {back})", path.display())),
    })
}

fn put_back(file: &File, length: u64, at: u64, byte: u8) -> io::Result<()> {
    file.write_all_at(&[byte], at)?;
    file.set_len(length)?;
    file.sync_all()
}

/// The write-ahead file that is written at present: the one with the highest number.
fn newest(folder: &Path) -> io::Result<Option<PathBuf>> {
    let mut newest: Option<(u64, PathBuf)> = None;
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        let number = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".jnl")?.parse().ok());
        let Some(number) = number else { continue };
        if newest.as_ref().is_none_or(|(highest, _)| number > *highest) {
            newest = Some((number, path));
        }
    }
    Ok(newest.map(|(_, path)| path))
}

/// Where the last byte stands that is not zero, and which it is; what follows was set aside and never written.
fn last_byte(file: &File, length: u64) -> io::Result<Option<(u64, u8)>> {
    let mut end = length;
    while end > 0 {
        let start = end.saturating_sub(WINDOW_BYTES);
        let mut window = vec![0; usize::try_from(end - start).map_err(io::Error::other)?];
        file.read_exact_at(&mut window, start)?;
        if let Some(at) = window.iter().rposition(|byte| *byte != 0) {
            return Ok(Some((start + at as u64, window[at])));
        }
        end = start;
    }
    Ok(None)
}
