//! A file on disk as a stream of plain bytes: hashed, unzipped when it is gzip, its lines counted. Knows no format.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::error::{IngestError, Result};
use crate::pack::hex;

const BUFFER_BYTES: usize = 256 << 10;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const UTF16_MARKS: [[u8; 2]; 2] = [[0xff, 0xfe], [0xfe, 0xff]];

/// A file to load.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its name, without folders: what is kept of where a row came from.
    pub name: String,
    /// SHA-256 of its bytes as they lie, in hex.
    pub hash: String,
    /// Its size as it lies.
    pub bytes: u64,
}

impl SourceFile {
    /// Looks at the file and hashes it.
    ///
    /// # Errors
    /// [`IngestError::File`] when it is missing, a directory, empty or unreadable.
    pub fn open(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        let failed = |error: io::Error| IngestError::file(&shown, format!("cannot be read: {error}"));
        let metadata = std::fs::metadata(path).map_err(failed)?;
        if metadata.is_dir() {
            return Err(IngestError::file(&shown, "is a directory: name the files in it"));
        }
        if !metadata.is_file() {
            return Err(IngestError::file(&shown, "is a pipe or device, which cannot be read twice: save it to a file first"));
        }
        if metadata.len() == 0 {
            return Err(IngestError::file(&shown, "is empty: not even a header"));
        }
        let mut digest = Sha256::new();
        let mut file = File::open(path).map_err(failed)?;
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let read = file.read(&mut buffer).map_err(failed)?;
            if read == 0 {
                break;
            }
            digest.update(&buffer[..read]);
        }
        let name = path.file_name().map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
        Ok(Self { path: path.to_owned(), name, hash: hex(&digest.finalize()), bytes: metadata.len() })
    }

    /// The file's plain bytes; text in UTF-16 or the declared `encoding` comes as UTF-8.
    ///
    /// # Errors
    /// [`IngestError::File`] when it cannot be opened or the encoding is unknown.
    pub fn read(&self, encoding: Option<&str>) -> Result<Lines> {
        let failed = |error: io::Error| IngestError::file(&self.name, format!("cannot be read: {error}"));
        let mut plain = BufReader::with_capacity(BUFFER_BYTES, File::open(&self.path).map_err(failed)?);
        let zipped = plain.fill_buf().map_err(failed)?.starts_with(&GZIP_MAGIC);
        let unzipped: Box<dyn Read + Send> = if zipped { Box::new(MultiGzDecoder::new(plain)) } else { Box::new(plain) };
        let mut text = BufReader::with_capacity(BUFFER_BYTES, unzipped);
        let head = text.fill_buf().map_err(|error| self.broken(0, &error))?;
        let utf16 = UTF16_MARKS.iter().any(|mark| head.starts_with(mark));
        let inner: Box<dyn BufRead + Send> = match encoding {
            None if !utf16 => Box::new(text),
            _ => Box::new(BufReader::with_capacity(BUFFER_BYTES, self.decoded(text, encoding)?)),
        };
        Ok(Lines { inner, newlines: 0 })
    }

    /// `text` as UTF-8; a byte order mark wins over the declared encoding.
    fn decoded(&self, text: BufReader<Box<dyn Read + Send>>, encoding: Option<&str>) -> Result<Box<dyn Read + Send>> {
        let label = encoding.unwrap_or("utf-8");
        let known = Encoding::for_label(label.as_bytes()).ok_or_else(|| {
            IngestError::file(&self.name, format!("its pack declares the encoding `{label}`, which is not known"))
        })?;
        Ok(Box::new(DecodeReaderBytesBuilder::new().encoding(Some(known)).bom_override(true).build(text)))
    }

    /// The error of a stream that breaks off after `lines` lines.
    pub fn broken(&self, lines: u64, error: &io::Error) -> IngestError {
        let what = match error.kind() {
            io::ErrorKind::UnexpectedEof => "is cut off (truncated gzip): ask for the file again".to_owned(),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => format!("is damaged: {error}"),
            _ => format!("cannot be read: {error}"),
        };
        IngestError::at_line(&self.name, lines + 1, what)
    }
}

/// Plain bytes, with the newlines counted that were consumed.
pub struct Lines {
    inner: Box<dyn BufRead + Send>,
    newlines: u64,
}

impl Lines {
    /// Newlines consumed so far.
    pub fn newlines(&self) -> u64 {
        self.newlines
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.inner.fill_buf()?;
        let taken = available.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&available[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

impl BufRead for Lines {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Ok(buffer) = self.inner.fill_buf() {
            let consumed = &buffer[..amount.min(buffer.len())];
            self.newlines += consumed.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        }
        self.inner.consume(amount);
    }
}
