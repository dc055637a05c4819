//! Quantities of Kubernetes (`500m`, `1Gi`, `1.5`) as whole numbers.
//!
//! Invariant: no floats; what does not parse is none, never zero.

#[cfg(test)]
mod tests;

use serde_json::Value;

/// Thousandths in one, the unit of [`parse`].
pub(crate) const ONE: i128 = 1000;

/// Binary suffixes are looked up before decimal ones: `Mi` before `M`.
const SUFFIXES: &[(&str, i128, i128)] = &[
    ("Ki", 1 << 10, 1),
    ("Mi", 1 << 20, 1),
    ("Gi", 1 << 30, 1),
    ("Ti", 1 << 40, 1),
    ("Pi", 1 << 50, 1),
    ("Ei", 1 << 60, 1),
    ("n", 1, 1_000_000_000),
    ("u", 1, 1_000_000),
    ("m", 1, 1000),
    ("k", 1000, 1),
    ("M", 1_000_000, 1),
    ("G", 1_000_000_000, 1),
    ("T", 1_000_000_000_000, 1),
    ("P", 1_000_000_000_000_000, 1),
    ("E", 1_000_000_000_000_000_000, 1),
];

/// A quantity in thousandths, rounded up as the API server does.
pub(crate) fn parse(value: &Value) -> Option<i128> {
    if let Some(whole) = value.as_i64() {
        return Some(i128::from(whole) * ONE);
    }
    let text = value.as_number().map(ToString::to_string);
    parse_text(text.as_deref().or_else(|| value.as_str())?)
}

/// The same from text.
pub(crate) fn parse_text(text: &str) -> Option<i128> {
    let text = text.trim();
    let found = SUFFIXES
        .iter()
        .find_map(|(suffix, up, down)| Some((text.strip_suffix(suffix)?, *up, *down)));
    let (number, up, down) = found.unwrap_or((text, 1, 1));
    let (number, exponent) = match number.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
        None => (number, 0),
    };
    let (negative, number) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = [whole, fraction].concat();
    if digits.is_empty() || digits.len() > 20 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let places = i32::try_from(fraction.len()).ok()? - exponent;
    let scale = 10_i128.checked_pow(places.unsigned_abs())?;
    let mut over = digits.parse::<i128>().ok()?.checked_mul(up)?.checked_mul(ONE)?;
    let mut under = down;
    if places > 0 {
        under = under.checked_mul(scale)?;
    } else {
        over = over.checked_mul(scale)?;
    }
    let size = over.div_euclid(under) + i128::from(over.rem_euclid(under) != 0);
    Some(if negative { -size } else { size })
}
