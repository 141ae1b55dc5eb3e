//! The end of a tenant's prefix of the lake: every object under it, whatever wrote it. Knows no tables.

use std::io::ErrorKind;

use deltalake::DeltaTableBuilder;
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStore;
use serde::Serialize;
use url::Url;

use super::Lake;
use crate::error::{EngineError, Result};
use crate::scope::TenantId;

/// What was under a prefix and is gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// Objects.
    pub files: u64,
    /// Their size.
    pub bytes: u64,
}

impl Lake {
    /// Removes every object of `tenant`; answers what there was, and so nothing once all is gone.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when objects cannot be listed or removed: run again.
    pub async fn remove_tenant(&self, tenant: &TenantId) -> Result<Removed> {
        let context = || format!("cannot remove what the lake holds of {tenant}");
        let url = self.root.join(&format!("{tenant}/")).map_err(EngineError::storage(context()))?;
        let folder = url.to_file_path().ok();
        if folder.as_ref().is_some_and(|folder| !folder.exists()) {
            return Ok(Removed::default());
        }
        let builder = DeltaTableBuilder::from_url(url.clone()).map_err(EngineError::storage(context()))?;
        let builder = builder.with_storage_options(self.options.clone());
        let store = builder.build_storage().map_err(EngineError::storage(context()))?.object_store(None);
        let objects = store.list(None).try_collect::<Vec<_>>().await.map_err(EngineError::storage(context()))?;
        let removed = Removed { files: objects.len() as u64, bytes: objects.iter().map(|object| object.size).sum() };
        let paths = futures::stream::iter(objects).map(|object| Ok(object.location)).boxed();
        let mut deleted = store.delete_stream(paths);
        while let Some(deleted) = deleted.next().await {
            match deleted {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(EngineError::storage(context())(error)),
            }
        }
        self.forget_tables_under(&url).await;
        // On a disk the empty folders, whose names tell of tables, go too.
        if let Some(folder) = folder {
            match tokio::fs::remove_dir_all(&folder).await {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(EngineError::storage(context())(error)),
                _ => {}
            }
        }
        Ok(removed)
    }

    /// Forgets the handles of tables that are no more.
    async fn forget_tables_under(&self, prefix: &Url) {
        for (url, _) in self.handles.iter().filter(|(url, _)| url.as_str().starts_with(prefix.as_str())) {
            self.handles.invalidate(url.as_ref()).await;
        }
        for (key, _) in self.counts.iter().filter(|(key, _)| key.0.as_str().starts_with(prefix.as_str())) {
            self.counts.invalidate(key.as_ref()).await;
        }
    }
}
