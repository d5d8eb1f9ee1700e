//! Names in the order in which people look for them: Latin ones by their letters, Chinese ones by pinyin. The 3,755 common
//! characters stand in pinyin order in GB 2312; rarer ones come after them, in the order of Unicode. A character that is
//! read otherwise in a surname stands where its usual reading is.

use encoding_rs::GBK;

/// Where a character stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Letters, digits, signs.
    Plain(char),
    /// A common character, by its code.
    Common([u8; 2]),
    /// Any other.
    Rare(char),
}

/// A key by which names sort.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameKey(Vec<Place>);

/// The first and the last of the common characters.
const COMMON: std::ops::RangeInclusive<[u8; 2]> = [0xb0, 0xa1]..=[0xd7, 0xf9];
/// From here on scripts that are no alphabets begin.
const HAN: char = '\u{2e80}';

/// The key of a name.
pub fn name_key(name: &str) -> NameKey {
    NameKey(name.trim().to_lowercase().chars().map(place).collect())
}

fn place(c: char) -> Place {
    if c < HAN {
        return Place::Plain(c);
    }
    let mut text = [0; 4];
    let (bytes, _, _) = GBK.encode(c.encode_utf8(&mut text));
    match *bytes {
        [a, b] if b >= 0xa1 && COMMON.contains(&[a, b]) => Place::Common([a, b]),
        _ => Place::Rare(c),
    }
}

#[cfg(test)]
mod tests {
    use super::name_key;

    #[test]
    fn names_sort_by_pinyin_after_latin_ones() {
        let mut names =
            ["赵敏", "王芳", "Zoe", "李强", "喆喆", "陈静", "anna", "王磊", "孙丽", "张伟", "安琪", "王芳芳"];
        names.sort_by_key(|n| name_key(n));
        let sorted =
            ["anna", "Zoe", "安琪", "陈静", "李强", "孙丽", "王芳", "王芳芳", "王磊", "张伟", "赵敏", "喆喆"];
        assert_eq!(names, sorted);
    }
}
