//! `500m`, `1.5Gi` and `2e3` as whole numbers. No floating point: what is rounded is rounded up.

/// Billionths of one, the finest that Kubernetes knows.
const NANO: i128 = 1_000_000_000;

/// Thousandths, rounded up; `None`: not a quantity, or out of range.
pub(crate) fn milli(text: &str) -> Option<i64> {
    divided(nanos(text)?, NANO / 1000)
}

/// MiB, rounded up.
pub(crate) fn mebi(text: &str) -> Option<i64> {
    divided(nanos(text)?, NANO << 20)
}

/// Whole numbers, rounded up.
pub(crate) fn whole(text: &str) -> Option<i64> {
    divided(nanos(text)?, NANO)
}

fn divided(nanos: i128, by: i128) -> Option<i64> {
    let down = nanos.div_euclid(by);
    i64::try_from(down + i128::from(nanos.rem_euclid(by) > 0)).ok()
}

fn nanos(text: &str) -> Option<i128> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(end)?;
    let (up, down) = factor(suffix)?;
    let scaled = decimal(number)?.checked_mul(up)?;
    let value = scaled.div_euclid(down) + i128::from(scaled.rem_euclid(down) > 0);
    Some(if negative { -value } else { value })
}

/// A decimal number in billionths; finer digits round up.
fn decimal(number: &str) -> Option<i128> {
    let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
    if integer.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let integer: i128 = if integer.is_empty() {
        0
    } else {
        integer.parse().ok()?
    };
    let (fine, rest) = fraction.split_at_checked(9).unwrap_or((fraction, ""));
    let mut nanos: i128 = if fine.is_empty() { 0 } else { fine.parse().ok()? };
    for _ in fine.len()..9 {
        nanos *= 10;
    }
    nanos += i128::from(rest.bytes().any(|digit| digit != b'0'));
    integer.checked_mul(NANO)?.checked_add(nanos)
}

/// What the suffix multiplies by, and what it divides by.
fn factor(suffix: &str) -> Option<(i128, i128)> {
    let up = |power: u32| Some((10_i128.pow(power), 1));
    let binary = |power: u32| Some((1_i128 << power, 1));
    match suffix {
        "" => Some((1, 1)),
        "n" => Some((1, NANO)),
        "u" => Some((1, 1_000_000)),
        "m" => Some((1, 1000)),
        "k" => up(3),
        "M" => up(6),
        "G" => up(9),
        "T" => up(12),
        "P" => up(15),
        "E" => up(18),
        "Ki" => binary(10),
        "Mi" => binary(20),
        "Gi" => binary(30),
        "Ti" => binary(40),
        "Pi" => binary(50),
        "Ei" => binary(60),
        exponent => {
            let power: i32 = exponent.strip_prefix(['e', 'E'])?.parse().ok()?;
            let scale = 10_i128.checked_pow(power.unsigned_abs())?;
            Some(if power < 0 { (1, scale) } else { (scale, 1) })
        }
    }
}

#[cfg(test)]
mod tests;
