//! Which characters XML 1.0 allows, and where (fourth edition, as expat).

/// Whether a character may be in a document at all.
pub fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// White space.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether a name may begin with the character.
pub fn is_name_start(c: char) -> bool {
    match c {
        ':' | '_' | 'a'..='z' | 'A'..='Z' => true,
        '\0'..='\u{BF}' | '\u{D7}' | '\u{F7}' => false,
        '\u{300}'..='\u{36F}' | '\u{37E}' | '\u{2000}'..='\u{200B}' | '\u{2010}'..='\u{206F}' => false,
        '\u{2190}'..='\u{2BFF}' | '\u{2FF0}'..='\u{3000}' | '\u{E000}'..='\u{F8FF}' => false,
        '\u{FDD0}'..='\u{FDEF}' | '\u{FFFE}'..='\u{FFFF}' | '\u{10000}'.. => false,
        c => c.is_alphabetic(),
    }
}

/// Whether a name may go on with the character.
pub fn is_name(c: char) -> bool {
    match c {
        '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' => true,
        c if c < '\u{80}' => is_name_start(c),
        '\u{10000}'.. => false,
        c => is_name_start(c) || c.is_alphanumeric() || matches!(c, '\u{203F}' | '\u{2040}'),
    }
}

/// Whether a public identifier may have the byte.
pub fn is_public_id(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" \n\r-'()+,./:=?;!*#@$_%".contains(&byte)
}
