//! Where an item stands at a location: what is there, what is on order, how it is ordered. Knows no history.

/// An order that has not arrived.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpenOrder {
    /// Units still to come.
    pub quantity: f64,
    /// Days until it was promised, 1 being tomorrow; negative for one that is overdue by so many.
    pub due_in_days: i32,
    /// Who delivers it, by the caller's number.
    pub supplier: usize,
}

/// An item at a location at the end of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// Units on hand that are free to be sold.
    pub available: f64,
    /// Orders not yet arrived.
    pub orders: Vec<OpenOrder>,
    /// Margin of a unit, in the caller's money.
    pub unit_margin: Option<f64>,
    /// Who would deliver the next order.
    pub usual_supplier: Option<usize>,
    /// Days from order to promised receipt; none when it was never seen.
    pub lead_time_days: Option<i32>,
    /// Orders are whole multiples of it; 0 or less for any quantity.
    pub pack_units: f64,
    /// Orders are at least that.
    pub minimum_order_units: f64,
}

impl Position {
    /// `available` units and nothing on order, nothing known of how it is bought.
    pub fn of_stock(available: f64) -> Self {
        Self {
            available,
            orders: Vec::new(),
            unit_margin: None,
            usual_supplier: None,
            lead_time_days: None,
            pack_units: 1.0,
            minimum_order_units: 0.0,
        }
    }

    /// Units on hand; 0 for what is negative or no number.
    pub(super) fn on_hand(&self) -> f64 {
        sane(self.available)
    }

    /// Units on order.
    pub(super) fn on_order(&self) -> f64 {
        self.orders.iter().map(|order| sane(order.quantity)).sum()
    }

    /// `units` as it can be ordered: at least the minimum, in whole packs; nothing stays nothing.
    pub(super) fn orderable(&self, units: f64) -> f64 {
        if !units.is_finite() || units <= 0.0 {
            return 0.0;
        }
        let units = units.max(sane(self.minimum_order_units));
        let pack = sane(self.pack_units);
        let packed = (units / pack).ceil() * pack;
        if pack > 0.0 && packed.is_finite() { packed } else { units.ceil() }
    }
}

/// `units` where it is a quantity, else 0.
pub(super) fn sane(units: f64) -> f64 {
    if units.is_finite() { units.max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_come_in_packs_of_at_least_the_minimum() {
        let position = Position { pack_units: 12.0, minimum_order_units: 30.0, ..Position::of_stock(4.0) };
        assert_eq!((position.orderable(0.0), position.orderable(5.0), position.orderable(37.0)), (0.0, 36.0, 48.0));
        let loose = Position { pack_units: 0.0, minimum_order_units: f64::NAN, ..Position::of_stock(f64::NAN) };
        assert_eq!((loose.orderable(5.4), loose.on_hand()), (6.0, 0.0));
    }
}
