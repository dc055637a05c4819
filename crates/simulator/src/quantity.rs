//! Kubernetes quantities (`500m`, `1.5Gi`, `2e3`) as whole numbers.
//!
//! Invariant: rounds up, as Kubernetes does; no floating point.

/// Thousandths: `1` is 1000, `500m` is 500. `None` when it is no quantity, or negative.
pub(crate) fn milli(text: &str) -> Option<u64> {
    scaled(text, 1_000, 1)
}

/// Mebibytes: `1Gi` is 1024, `1` is 1.
pub(crate) fn mib(text: &str) -> Option<u64> {
    scaled(text, 1, 1 << 20)
}

/// `text * times / per`, rounded up.
fn scaled(text: &str, times: u128, per: u128) -> Option<u64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // Nine places behind the point are more than any manifest has; the rest is cut off.
    let fraction = fraction.get(..9).unwrap_or(fraction);
    let places = u32::try_from(fraction.len()).ok()?;
    let digits = format!("{whole}{fraction}").parse::<u128>().ok()?;
    let (up, down) = factor(suffix)?;
    let above = digits.checked_mul(up)?.checked_mul(times)?;
    let below = down.checked_mul(per)?.checked_mul(10_u128.pow(places))?;
    u64::try_from(above.div_ceil(below)).ok()
}

fn factor(suffix: &str) -> Option<(u128, u128)> {
    let factor = match suffix {
        "" => (1, 1),
        "n" => (1, 1_000_000_000),
        "u" => (1, 1_000_000),
        "m" => (1, 1_000),
        "k" => (1_000, 1),
        "M" => (1_000_000, 1),
        "G" => (1_000_000_000, 1),
        "T" => (1_000_000_000_000, 1),
        "P" => (1_000_000_000_000_000, 1),
        "Ki" => (1 << 10, 1),
        "Mi" => (1 << 20, 1),
        "Gi" => (1 << 30, 1),
        "Ti" => (1 << 40, 1),
        "Pi" => (1 << 50, 1),
        exponent => {
            let power = exponent.strip_prefix(['e', 'E'])?.parse::<i32>().ok()?;
            let size = 10_u128.checked_pow(power.unsigned_abs())?;
            if power < 0 { (1, size) } else { (size, 1) }
        }
    };
    Some(factor)
}

#[cfg(test)]
mod tests;
