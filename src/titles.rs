//! What people call the sources: told by the live sources themselves, and by the mapping packs for those that come in files.

use std::collections::BTreeMap;

use quarterdeck_engine::library::Library;
use quarterdeck_ingest::error::Result;
use quarterdeck_ingest::pack::{self, Pack};
use quarterdeck_ingest::sources;

/// Names of sources for readers.
pub(crate) fn of_sources(library: &Library) -> Result<BTreeMap<String, String>> {
    let mut titles = BTreeMap::new();
    for name in pack::names(library) {
        let raw = Pack::read(library, &name)?.raw;
        titles.extend(raw.title.map(|title| (raw.source, title)));
    }
    titles.extend(sources::all().into_iter().map(|source| (source.name().to_owned(), source.title().to_owned())));
    Ok(titles)
}
