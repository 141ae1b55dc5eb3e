//! Which versions are current: of each record the one that ranks highest, none of a deleted one, columns merged where a record is told in
//! parts. Pure: versions in, places out; any order of arrival gives the same answer.

use std::collections::HashMap;

use super::versions::{Rank, Tells, Version};

/// Where a version lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index of the file.
    pub file: u32,
    /// Row in it, from 0.
    pub position: u32,
}

/// Why a version is not read as it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Another one replaces it.
    Superseded,
    /// It is the newest of a record that is deleted, or the newest word on a parent's children.
    Deleted,
    /// It is one of several that make up a record.
    Merged,
}

/// A record made of several versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The newest whole version, if there is one.
    pub whole: Option<Place>,
    /// Partial versions above it, lowest rank first, with the columns that each tells.
    pub partial: Vec<(Place, std::sync::Arc<str>)>,
}

/// What becomes of a table's versions.
#[derive(Debug, Clone, Default)]
pub struct Resolution {
    /// Versions that are not read as they lie; all others are current.
    pub hidden: Vec<(Place, Fate)>,
    /// Records to be made.
    pub merges: Vec<Merge>,
    /// Pairs of versions of one record that are equal in version and sequence and differ in content.
    pub conflicts: u64,
}

/// A version and where it lies.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The version.
    pub version: Version,
    /// The file that it lies in.
    pub file: u32,
}

impl Placed {
    fn place(&self) -> Place {
        Place { file: self.file, position: self.version.position }
    }
}

/// Resolves `versions`: everything known of the records that they are of.
pub fn resolve(mut versions: Vec<Placed>) -> Resolution {
    let floors = set_floors(&versions);
    // Highest rank first; between equal contents the first arrival, so that what was known does not change its knowledge time.
    versions.sort_unstable_by(|left, right| {
        let (a, b) = (&left.version, &right.version);
        (a.record, std::cmp::Reverse(a.rank), a.ingested_at, left.file, a.position).cmp(&(
            b.record,
            std::cmp::Reverse(b.rank),
            b.ingested_at,
            right.file,
            b.position,
        ))
    });
    let mut resolution = Resolution::default();
    for record in versions.chunk_by(|left, right| left.version.record == right.version.record) {
        resolve_record(record, &floors, &mut resolution);
    }
    resolution
}

/// Of each parent the newest version that tells its children as a set.
fn set_floors(versions: &[Placed]) -> HashMap<u128, (i64, i64)> {
    let mut floors: HashMap<u128, (i64, i64)> = HashMap::new();
    for Placed { version, .. } in versions.iter().filter(|placed| placed.version.tells == Tells::Set) {
        let told = (version.rank.version, version.rank.sequence);
        let floor = floors.entry(version.parent).or_insert(told);
        *floor = told.max(*floor);
    }
    floors
}

/// One record's versions, highest rank first.
fn resolve_record(record: &[Placed], floors: &HashMap<u128, (i64, i64)>, resolution: &mut Resolution) {
    let under = |version: &Version| {
        let told = (version.rank.version, version.rank.sequence);
        version.tells != Tells::Set && floors.get(&version.parent).is_some_and(|floor| told < *floor)
    };
    let is_whole = |placed: &&Placed| !matches!(placed.version.tells, Tells::Columns(_)) && !under(&placed.version);
    let whole = record.iter().find(is_whole);
    let above = |rank: Rank| whole.is_none_or(|whole| rank > whole.version.rank);
    let partial = record.iter().filter_map(|placed| match &placed.version.tells {
        Tells::Columns(columns) if above(placed.version.rank) && !under(&placed.version) => Some((placed, columns.clone())),
        _ => None,
    });
    let mut partial = partial.collect::<Vec<_>>();
    resolution.conflicts += conflicts(record);
    let hidden = &mut resolution.hidden;
    if partial.is_empty() {
        for placed in record {
            let wins = whole.is_some_and(|whole| whole.place() == placed.place());
            match wins {
                true if placed.version.rank.deleted || placed.version.tells == Tells::Set => {
                    hidden.push((placed.place(), Fate::Deleted))
                }
                true => {}
                false => hidden.push((placed.place(), Fate::Superseded)),
            }
        }
        return;
    }
    // Equal partial contents count once, by their first arrival.
    partial.dedup_by(|later, first| later.0.version.rank == first.0.version.rank);
    let kept = |placed: &Placed| {
        whole.is_some_and(|whole| whole.place() == placed.place())
            || partial.iter().any(|(kept, _)| kept.place() == placed.place())
    };
    for placed in record {
        hidden.push((placed.place(), if kept(placed) { Fate::Merged } else { Fate::Superseded }));
    }
    let alive = whole.filter(|whole| !whole.version.rank.deleted);
    let partial = partial.iter().rev().map(|(placed, columns)| (placed.place(), columns.clone()));
    resolution.merges.push(Merge { whole: alive.map(Placed::place), partial: partial.collect() });
}

/// Neighbours of equal version and sequence, both alive, with different contents.
fn conflicts(record: &[Placed]) -> u64 {
    let pairs = record.windows(2).filter(|pair| {
        let (a, b) = (&pair[0].version, &pair[1].version);
        let same_version = (a.rank.version, a.rank.sequence, a.rank.deleted) == (b.rank.version, b.rank.sequence, b.rank.deleted);
        same_version && a.rank.hash != b.rank.hash && a.tells == Tells::Whole && b.tells == Tells::Whole
    });
    u64::try_from(pairs.count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn version(record: u128, version: i64, hash: i64, tells: Tells) -> Version {
        let rank = Rank { version, sequence: 0, deleted: false, hash };
        Version { record, parent: record / 10, rank, ingested_at: 0, tells, position: 0 }
    }

    fn placed(versions: Vec<Version>) -> Vec<Placed> {
        let number = |(index, mut version): (usize, Version)| {
            version.position = u32::try_from(index).unwrap();
            Placed { version, file: 0 }
        };
        versions.into_iter().enumerate().map(number).collect()
    }

    fn seen(versions: &[Placed]) -> Vec<u32> {
        let resolution = resolve(versions.to_vec());
        let hidden = resolution.hidden.iter().map(|(place, _)| place.position).collect::<Vec<_>>();
        (0..u32::try_from(versions.len()).unwrap()).filter(|position| !hidden.contains(position)).collect()
    }

    #[test]
    fn the_newest_version_is_read() {
        assert_eq!(
            seen(&placed(vec![version(1, 5, 0, Tells::Whole), version(1, 7, 0, Tells::Whole), version(2, 1, 0, Tells::Whole)])),
            [1, 2]
        );
    }

    #[test]
    fn a_deletion_resists_what_is_older() {
        let mut deletion = version(1, 6, 0, Tells::Whole);
        deletion.rank.deleted = true;
        assert_eq!(seen(&placed(vec![deletion.clone(), version(1, 5, 0, Tells::Whole)])), [] as [u32; 0]);
        assert_eq!(seen(&placed(vec![deletion, version(1, 7, 0, Tells::Whole)])), [1]);
    }

    #[test]
    fn a_set_drops_older_children_alone() {
        let set = version(10, 6, 0, Tells::Set);
        let children =
            vec![version(11, 5, 0, Tells::Whole), version(12, 6, 0, Tells::Whole), version(13, 9, 0, Tells::Whole), set];
        assert_eq!(seen(&placed(children)), [1, 2]);
    }

    #[test]
    fn columns_are_merged_above_the_newest_whole_version() {
        let told = |columns: &str| Tells::Columns(columns.into());
        let versions = placed(vec![
            version(1, 9, 0, told("b")),
            version(1, 5, 0, Tells::Whole),
            version(1, 4, 0, told("a")),
            version(1, 6, 0, told("a,b")),
        ]);
        let resolution = resolve(versions);
        let place = |position| Place { file: 0, position };
        assert_eq!(
            resolution.merges,
            [Merge { whole: Some(place(1)), partial: vec![(place(3), "a,b".into()), (place(0), "b".into())] }]
        );
        assert_eq!(resolution.hidden.iter().filter(|(_, fate)| *fate == Fate::Superseded).count(), 1);
    }

    #[test]
    fn equal_versions_of_different_content_are_conflicts() {
        let versions =
            placed(vec![version(1, 5, 3, Tells::Whole), version(1, 5, 8, Tells::Whole), version(1, 5, 8, Tells::Whole)]);
        let resolution = resolve(versions.clone());
        assert_eq!(resolution.conflicts, 1);
        assert_eq!(seen(&versions), [1]);
    }

    proptest! {
        /// Whatever the order of arrival, the same versions are current.
        #[test]
        fn any_order_converges(versions in prop::collection::vec((0_u128..6, 0_i64..5, 0_i64..3, 0_u8..4, any::<bool>()), 1..40), seed in any::<u64>()) {
            let versions = versions.into_iter().enumerate().map(|(index, (record, at, hash, tells, deleted))| {
                let tells = match tells {
                    0 => Tells::Set,
                    1 => Tells::Columns("a".into()),
                    _ => Tells::Whole,
                };
                let mut version = version(record, at, hash * 100 + i64::try_from(index).unwrap(), tells);
                version.rank.deleted = deleted && version.tells == Tells::Whole;
                version
            }).collect::<Vec<_>>();
            let mut shuffled = versions.clone();
            let length = shuffled.len();
            for index in 0..length {
                let other = usize::try_from(seed.rotate_left(u32::try_from(index % 64).unwrap()) % u64::try_from(length).unwrap()).unwrap();
                shuffled.swap(index, other);
            }
            let contents = |versions: &[Version]| {
                let placed = placed(versions.to_vec());
                let resolution = resolve(placed.clone());
                let hash = |place: &Place| placed[usize::try_from(place.position).unwrap()].version.rank.hash;
                let mut seen = seen(&placed).into_iter().map(|position| hash(&Place { file: 0, position })).collect::<Vec<_>>();
                seen.sort_unstable();
                let mut merges = resolution.merges.iter().map(|merge| {
                    (merge.whole.as_ref().map(hash), merge.partial.iter().map(|(place, _)| hash(place)).collect::<Vec<_>>())
                }).collect::<Vec<_>>();
                merges.sort();
                (seen, merges)
            };
            prop_assert_eq!(contents(&versions), contents(&shuffled));
        }
    }
}
