//! One KPI as its file defines it, and the catalogue of all. Knows the front matter's keys, not how numbers are made.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::error::{EngineError, Result};
use crate::front_matter;
use crate::library::{Library, LibraryFile};

/// How records make a number; see DESIGN.md, "A KPI".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Σ value.
    Sum,
    /// Σ numerator ÷ Σ denominator.
    Ratio,
    /// Σ value ÷ n.
    Mean,
    /// Percentiles of value.
    Quantile,
    /// Number of different values.
    Distinct,
    /// Σ value of the records open at the period's end.
    Level,
}

/// Which direction is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither.
    Neutral,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    title: String,
    about: String,
    kind: Kind,
    unit: String,
    better: Better,
    owner: String,
    version: u32,
    scor: Option<String>,
    #[serde(default)]
    quantiles: Vec<f64>,
    small_n: Option<u64>,
    #[serde(default)]
    needs: Vec<String>,
}

/// A KPI: everything there is to it stands in its file.
#[derive(Debug, Clone, Serialize)]
pub struct KpiDefinition {
    /// The file's name: the KPI's identifier.
    pub id: String,
    /// The folder's name.
    pub domain: String,
    /// A name for readers.
    pub title: String,
    /// What is counted, in a sentence.
    pub about: String,
    /// How records make the number.
    pub kind: Kind,
    /// `percent`, `money`, `hours`, `days`, `count`, …
    pub unit: String,
    /// Which direction is good.
    pub better: Better,
    /// Who answers for it.
    pub owner: String,
    /// Version of the definition, raised when its meaning changes.
    pub version: u32,
    /// SCOR metric, if it is one.
    pub scor: Option<String>,
    /// Percentiles of a quantile KPI; the first is the headline.
    pub quantiles: Vec<f64>,
    /// Its own guard against few records, if not the tenant's.
    pub small_n: Option<u64>,
    /// Tables without whose rows there is nothing to count; all that it reads where it names none.
    pub needs: Vec<String>,
    /// The whole file.
    pub sql: String,
    /// Where the file stands in the library.
    pub path: String,
    /// SHA-256 of the file: two answers of one hash were computed alike.
    pub definition_hash: String,
}

impl KpiDefinition {
    /// Reads the KPI in `file`.
    ///
    /// # Errors
    /// [`EngineError::File`] naming the key that is missing, unknown or out of range.
    pub fn parse(file: &LibraryFile) -> Result<Self> {
        let head: Head = front_matter::parse(&file.path, &file.text)?;
        let quantiles = quantiles(file, &head)?;
        Ok(Self {
            id: file.stem().to_owned(),
            domain: file.folder().rsplit('/').next().unwrap_or_default().to_owned(),
            title: head.title,
            about: head.about,
            kind: head.kind,
            unit: head.unit,
            better: head.better,
            owner: head.owner,
            version: head.version,
            scor: head.scor,
            quantiles,
            small_n: head.small_n,
            needs: head.needs,
            sql: file.text.clone(),
            path: file.path.clone(),
            definition_hash: hex(&Sha256::digest(file.text.as_bytes())),
        })
    }
}

fn quantiles(file: &LibraryFile, head: &Head) -> Result<Vec<f64>> {
    let quantile = head.kind == Kind::Quantile;
    if quantile == head.quantiles.is_empty() {
        let detail = if quantile {
            "a quantile KPI names its `quantiles`, such as [0.5, 0.9]"
        } else {
            "`quantiles` are for kind = \"quantile\""
        };
        return Err(EngineError::file(&file.path, detail));
    }
    match head.quantiles.iter().find(|quantile| !(0.0..=1.0).contains(*quantile)) {
        Some(wrong) => Err(EngineError::file(&file.path, format!("quantile {wrong} is not between 0 and 1"))),
        None => Ok(head.quantiles.clone()),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All KPIs by identifier.
#[derive(Debug, Clone, Default)]
pub struct Kpis {
    kpis: BTreeMap<String, Arc<KpiDefinition>>,
}

impl Kpis {
    /// Reads every file under `kpis/`.
    ///
    /// # Errors
    /// The first file that cannot be read, or two files of one name.
    pub fn read(library: &Library) -> Result<Self> {
        let mut kpis = BTreeMap::new();
        for file in library.under("kpis") {
            let definition = Arc::new(KpiDefinition::parse(file)?);
            if let Some(other) = kpis.insert(definition.id.clone(), Arc::clone(&definition)) {
                let detail = format!("has the name of {}; a KPI's file name is its identifier, whatever the folder", other.path);
                return Err(EngineError::file(&file.path, detail));
            }
        }
        Ok(Self { kpis })
    }

    /// The KPI `id`.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], with the names that come nearest.
    pub fn get(&self, id: &str) -> Result<&Arc<KpiDefinition>> {
        self.kpis.get(id).ok_or_else(|| EngineError::NotFound { what: "KPI", name: id.to_owned(), remedy: self.suggestion(id) })
    }

    /// All KPIs in order of their identifiers.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<KpiDefinition>> {
        self.kpis.values()
    }

    fn suggestion(&self, id: &str) -> String {
        let words = id.split(['_', '-']).filter(|word| word.len() > 2).collect::<Vec<_>>();
        let near =
            self.kpis.keys().filter(|name| words.iter().any(|word| name.contains(word))).map(String::as_str).collect::<Vec<_>>();
        let offered = if near.is_empty() { self.kpis.keys().map(String::as_str).collect() } else { near };
        format!("; there is {}", offered.join(", "))
    }
}
