//! Pages as files: `dashboards/pages/<page>.toml`, embedded, added to or overridden by directories. Knows which KPIs a page shows, not
//! their numbers.

use std::collections::{BTreeMap, BTreeSet};

use quarterdeck_engine::Engine;
use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(RustEmbed)]
#[folder = "pages"]
#[include = "*.toml"]
struct Files;

/// How a panel shows what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// A KPI over time.
    Trend,
    /// A KPI by the values of a dimension.
    Slices,
    /// The records of a KPI.
    Records,
    /// How often it happened, of what was said with a probability: a KPI by the dimension `said`.
    Reliability,
    /// The rows of a list.
    List,
    /// The sources of the tenant.
    Health,
    /// Rows set aside.
    Quarantine,
    /// How settled the tables are.
    Upkeep,
}

/// One panel of a section.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// How it shows it.
    pub view: View,
    /// The KPI; none for health, quarantine and upkeep.
    pub kpi: Option<String>,
    /// The list.
    pub list: Option<String>,
    /// The dimension of slices.
    pub by: Option<String>,
    /// The grain of a trend.
    pub grain: Option<String>,
    /// Most rows.
    pub limit: Option<usize>,
    /// A heading.
    pub title: String,
}

/// One section of a page.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// A heading.
    pub title: String,
    /// A sentence under it.
    pub about: Option<String>,
    /// KPIs shown as tiles.
    #[serde(default)]
    pub tiles: Vec<String>,
    /// What stands under the tiles.
    #[serde(default, rename(deserialize = "panel"))]
    pub panels: Vec<Panel>,
}

/// A page.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The file's name.
    #[serde(skip_deserializing)]
    pub id: String,
    /// A heading.
    pub title: String,
    /// A sentence under it.
    pub about: String,
    /// Name of an icon.
    pub icon: String,
    /// Place among the pages.
    pub order: i64,
    /// Whom it is made for.
    pub role: String,
    /// Its sections.
    #[serde(rename(deserialize = "section"))]
    pub sections: Vec<Section>,
}

impl Page {
    /// Reads the page in the file `path`.
    ///
    /// # Errors
    /// A sentence naming the file, the line and the key that is wrong.
    pub fn parse(path: &str, text: &str) -> Result<Self, String> {
        let mut page: Self = toml::from_str(text).map_err(|error| format!("{path}: {error}"))?;
        page.id = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".toml").to_owned();
        Ok(page)
    }

    /// What is wrong with the page, given the KPIs and their dimensions: each fault a sentence naming the page.
    pub fn faults(&self, dimensions: &BTreeMap<String, Vec<String>>, lists: &BTreeSet<String>) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |detail: String| faults.push(format!("pages/{}.toml: {detail}", self.id));
        for section in &self.sections {
            for kpi in section.tiles.iter().chain(section.panels.iter().filter_map(|panel| panel.kpi.as_ref())) {
                if !dimensions.contains_key(kpi) {
                    fault(format!("section `{}` shows the KPI `{kpi}`, which does not exist", section.title));
                }
            }
            for panel in &section.panels {
                let needs_kpi = matches!(panel.view, View::Trend | View::Slices | View::Records | View::Reliability);
                match (&panel.list, panel.view) {
                    (None, View::List) => fault(format!("panel `{}` names no list", panel.title)),
                    (Some(list), _) if !lists.contains(list) => {
                        fault(format!("panel `{}` shows the list `{list}`, which does not exist", panel.title));
                    }
                    _ => {}
                }
                if needs_kpi && panel.kpi.is_none() {
                    fault(format!("panel `{}` names no kpi", panel.title));
                }
                let known = panel.kpi.as_ref().and_then(|kpi| dimensions.get(kpi));
                match (&panel.by, known) {
                    (None, _) if matches!(panel.view, View::Slices | View::Reliability) => {
                        fault(format!("panel `{}` names no dimension to slice by", panel.title))
                    }
                    (Some(by), Some(known)) if !known.contains(by) => {
                        fault(format!("panel `{}` slices by `{by}`; there is {}", panel.title, known.join(", ")));
                    }
                    _ => {}
                }
                if let Some(grain) = &panel.grain
                    && let Err(error) = quarterdeck_engine::kpi::grain::Grain::parse(grain)
                {
                    fault(format!("panel `{}`: {error}", panel.title));
                }
            }
        }
        faults
    }
}

/// All pages, by identifier.
#[derive(Debug, Clone, Default)]
pub struct Pages {
    pages: BTreeMap<String, Page>,
}

impl Pages {
    /// The embedded pages.
    ///
    /// # Errors
    /// As [`Page::parse`].
    pub fn embedded() -> Result<Self, String> {
        let mut pages = Self::default();
        for path in Files::iter() {
            if let Some(file) = Files::get(&path) {
                pages.insert(Page::parse(&path, &String::from_utf8_lossy(&file.data))?);
            }
        }
        Ok(pages)
    }

    /// Adds a page, or overrides the one of its name.
    pub fn insert(&mut self, page: Page) {
        self.pages.insert(page.id.clone(), page);
    }

    /// The page `id`.
    pub fn get(&self, id: &str) -> Option<&Page> {
        self.pages.get(id)
    }

    /// All pages in the order that readers see them in.
    pub fn in_order(&self) -> Vec<&Page> {
        let mut pages = self.pages.values().collect::<Vec<_>>();
        pages.sort_by(|left, right| (left.order, &left.id).cmp(&(right.order, &right.id)));
        pages
    }

    /// Faults of all pages; see [`Page::faults`].
    pub fn faults(&self, dimensions: &BTreeMap<String, Vec<String>>, lists: &BTreeSet<String>) -> Vec<String> {
        self.pages.values().flat_map(|page| page.faults(dimensions, lists)).collect()
    }
}

/// A KPI that a page would show, had the tenant its records.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Hidden {
    /// The KPI.
    pub kpi: String,
    /// Why it is not shown.
    pub reason: String,
}

/// The page as a tenant sees it: tiles and panels without records left out, then empty sections; none if nothing is left.
pub fn seen(page: &Page, session: &quarterdeck_engine::Session, engine: &Engine) -> Option<(Page, Vec<Hidden>)> {
    let mut hidden: BTreeMap<String, String> = BTreeMap::new();
    let mut shows = |kpi: &str| {
        let reason = match engine.kpis().get(kpi) {
            Ok(definition) => session.missing_table(definition).map(|table| format!("no records in {table} yet")),
            Err(error) => Some(error.to_string()),
        };
        match reason {
            Some(reason) => {
                hidden.insert(kpi.to_owned(), reason);
                false
            }
            None => true,
        }
    };
    let has_rows = |panel: &Panel| panel.list.as_ref().is_none_or(|list| session.list_has_rows(engine.library(), list));
    let mut seen = page.clone();
    for section in &mut seen.sections {
        section.tiles.retain(|kpi| shows(kpi));
        section.panels.retain(|panel| panel.kpi.as_ref().is_none_or(|kpi| shows(kpi)) && has_rows(panel));
    }
    seen.sections.retain(|section| !section.tiles.is_empty() || !section.panels.is_empty());
    let hidden = hidden.into_iter().map(|(kpi, reason)| Hidden { kpi, reason }).collect();
    (!seen.sections.is_empty()).then_some((seen, hidden))
}
