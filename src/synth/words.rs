//! Words that names are made of. All are invented: no person, firm or article of the world bears them; addresses lie in example domains and
//! telephone numbers in ranges kept for fiction.

pub(super) const FIRST_NAMES: [&str; 24] = [
    "Ada", "Bo", "Cleo", "Dario", "Elif", "Fenna", "Gus", "Hana", "Ines", "Jorun", "Kaito", "Lumi", "Milo", "Noor", "Otis",
    "Pia", "Quinn", "Rosa", "Sami", "Tove", "Uma", "Vito", "Wren", "Zoë",
];

pub(super) const LAST_NAMES: [&str; 24] = [
    "Mockford",
    "Sampleton",
    "Testerson",
    "Fauxmark",
    "Placeholm",
    "Dummerstedt",
    "Nullberg",
    "Fictowski",
    "Inventado",
    "Madeupp",
    "O'Pretend",
    "Imaginova",
    "Seedling",
    "Proxima",
    "Standin",
    "Ersatz",
    "Lorem",
    "Ipsumsen",
    "Dolorès",
    "Ametova",
    "Quasi",
    "Synthero",
    "Simulacre",
    "架空",
];

pub(super) const COMPANY_WORDS: [&str; 16] = [
    "Invented",
    "Sample",
    "Mock",
    "Paper",
    "Cardboard",
    "Hollow",
    "Seeded",
    "Scripted",
    "Painted",
    "Folded",
    "Borrowed",
    "Numbered",
    "Penciled",
    "Rehearsed",
    "Staged",
    "Stencil",
];

pub(super) const COMPANY_KINDS: [&str; 8] =
    ["Retail", "Interiors", "Outfitters", "Kitchens", "Gardens", "Workshops", "Gifts \"& more\"", "Trading"];

pub(super) const SUPPLIER_WORDS: [&str; 16] = [
    "Northmade",
    "Eastforge",
    "Greyloom",
    "Bluekiln",
    "Oakpress",
    "Tinworks",
    "Claymoor",
    "Softweave",
    "Redmill",
    "Farglass",
    "Longboard",
    "Stonecut",
    "Fairwick",
    "Lowtide",
    "Highpress",
    "Wideband",
];

pub(super) const BRANDS: [&str; 8] = ["Alder", "Birk", "Cove", "Drift", "Ember", "Fjell", "Grove", "Haze"];

pub(super) const MATERIALS: [&str; 12] =
    ["oak", "linen", "steel", "glass", "wool", "cotton", "ceramic", "bamboo", "cork", "brass", "felt", "paper"];

/// Categories with two subcategories each, and the things in them.
pub(super) const CATEGORIES: [(&str, [&str; 2], [&str; 4]); 8] = [
    ("Kitchen", ["Cookware", "Tableware"], ["pan", "bowl", "mug", "board"]),
    ("Garden", ["Tools", "Planters"], ["trowel", "planter", "lantern", "bench"]),
    ("Living", ["Textiles", "Lighting"], ["throw", "cushion", "lamp", "rug"]),
    ("Office", ["Desk", "Paper"], ["tray", "notebook", "organiser", "stand"]),
    ("Gifts", ["Toys", "Decoration"], ["puzzle", "ornament", "candle", "garland"]),
    ("Outdoor", ["Camping", "Cycling"], ["bottle", "blanket", "bag", "light"]),
    ("Bath", ["Towels", "Storage"], ["towel", "basket", "mat", "dispenser"]),
    ("Workshop", ["Hand tools", "Fixings"], ["clamp", "hook", "chisel", "box"]),
];

pub(super) const AGENTS: [&str; 8] =
    ["A. Mockford", "B. Sampleton", "C. Testerson", "D. Fauxmark", "E. Placeholm", "F. Nullberg", "G. Ersatz", "H. Quasi"];

pub(super) const CARRIERS: [&str; 4] = ["Pigeon Parcel", "Overland Express", "Harbour Freight Line", "Snail & Sons"];
