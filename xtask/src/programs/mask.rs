//! Makes durations and addresses in recorded output comparable.

const UNITS: &[&str] = &["nsec", "usec", "msec", "sec", "seconds", "s"];

/// Replaces each `NUMBER UNIT`, such as `0.012s` or `12.5 usec`, by `<time>`.
pub fn times(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_word = false;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() && !after_word {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            match unit(&rest[end..]) {
                Some(length) => {
                    out.push_str("<time>");
                    rest = &rest[end + length..];
                }
                None => {
                    out.push_str(&rest[..end]);
                    rest = &rest[end..];
                }
            }
            after_word = true;
        } else {
            out.push(first);
            after_word = first.is_alphanumeric() || first == '_';
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// Length of the unit at the start of `text`, with at most one blank before it.
fn unit(text: &str) -> Option<usize> {
    let start = usize::from(text.starts_with(' '));
    let word =
        text[start..].find(|c: char| !c.is_alphanumeric()).map_or(&text[start..], |end| &text[start..start + end]);
    UNITS.contains(&word).then_some(start + word.len())
}

/// Replaces `0x` and at least six lower-case hexadecimal digits, or any number of them behind `at `, by `0x<address>`.
pub fn addresses(text: &str) -> String {
    let mut pieces = text.split("0x");
    let mut out = pieces.next().unwrap_or("").to_string();
    for piece in pieces {
        let digits = piece.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
        let is_address = digits >= 6 || (digits > 0 && out.ends_with(" at "));
        out.push_str("0x");
        if is_address {
            out.push_str("<address>");
        }
        out.push_str(if is_address { &piece[digits..] } else { piece });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{addresses, times};

    #[test]
    fn addresses_are_masked() {
        assert_eq!(addresses("<C at 0x7f3a5c> 0xff 0x0 0x"), "<C at 0x<address>> 0xff 0x0 0x");
        assert_eq!(addresses("<C at 0xb0>"), "<C at 0x<address>>");
        assert_eq!(addresses("no address"), "no address");
    }

    #[test]
    fn durations_are_masked() {
        assert_eq!(times("Ran 3 tests in 0.012s\n"), "Ran 3 tests in <time>\n");
        assert_eq!(times("1 loop, best of 3: 12.5 usec per loop"), "1 loop, best of 3: <time> per loop");
        assert_eq!(times("2 nsec"), "<time>");
    }

    #[test]
    fn other_numbers_stay() {
        for text in ["3 tests", "a1s", "3.14", "10 sectors", "5\ns", "1.5é", ""] {
            assert_eq!(times(text), text);
        }
    }
}
