//! Positions of rows in a file as selections that a Parquet reader understands.

use deltalake::parquet::arrow::arrow_reader::{RowSelection, RowSelector};

/// Everything but `positions`, which are in order, of `rows` rows.
pub fn all_but(positions: &[u32], rows: usize) -> RowSelection {
    selection(positions, rows, RowSelector::skip, RowSelector::select)
}

/// Nothing but `positions`, which are in order, of `rows` rows.
pub fn only(positions: &[u32], rows: usize) -> RowSelection {
    selection(positions, rows, RowSelector::select, RowSelector::skip)
}

fn selection(positions: &[u32], rows: usize, these: fn(usize) -> RowSelector, others: fn(usize) -> RowSelector) -> RowSelection {
    let mut selectors = Vec::with_capacity(positions.len() * 2 + 1);
    let mut next = 0;
    for position in positions {
        let position = usize::try_from(*position).unwrap_or(usize::MAX);
        if position > next {
            selectors.push(others(position - next));
        }
        selectors.push(these(1));
        next = position + 1;
    }
    if rows > next {
        selectors.push(others(rows - next));
    }
    // Neighbours of one kind become one.
    RowSelection::from(selectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selections_cover_the_file() {
        assert_eq!(all_but(&[0, 1, 4], 6).row_count(), 3);
        assert_eq!(only(&[0, 1, 4], 6).row_count(), 3);
        assert_eq!(all_but(&[5], 6), RowSelection::from(vec![RowSelector::select(5), RowSelector::skip(1)]));
        assert_eq!(only(&[], 2), RowSelection::from(vec![RowSelector::skip(2)]));
    }
}
