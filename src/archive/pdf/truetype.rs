//! The character map of an embedded TrueType font, read backwards: which character a glyph number shows.

use std::collections::HashMap;

/// Glyph numbers to characters, from the Unicode subtables of `cmap`.
pub(super) fn characters(font: &[u8]) -> Option<HashMap<u32, char>> {
    let cmap = table(font, b"cmap")?;
    let count = u16_at(cmap, 2)?;
    let mut best: Option<(u8, &[u8])> = None;
    for i in 0..usize::from(count) {
        let record = cmap.get(4 + 8 * i..12 + 8 * i)?;
        let rank = match (u16_at(record, 0)?, u16_at(record, 2)?) {
            (3, 10) | (0, 4 | 6) => 3,
            (3, 1) | (0, _) => 2,
            (3, 0) => 1,
            _ => continue,
        };
        let Some(subtable) = cmap.get(u32_at(record, 4)? as usize..) else { continue };
        if best.is_none_or(|(r, _)| rank > r) {
            best = Some((rank, subtable));
        }
    }
    let (_, subtable) = best?;
    let mut characters = HashMap::new();
    let mut add = |code: u32, glyph: u32| {
        if glyph != 0
            && let Some(c) = char::from_u32(code)
        {
            // Of several characters the first is the plain one: the space before the no-break space.
            characters.entry(glyph).or_insert(c);
        }
    };
    match u16_at(subtable, 0)? {
        4 => segments(subtable, &mut add)?,
        12 => groups(subtable, &mut add)?,
        _ => return None,
    }
    Some(characters)
}

fn segments(subtable: &[u8], add: &mut impl FnMut(u32, u32)) -> Option<()> {
    let double = usize::from(u16_at(subtable, 6)?);
    let mut left = 1u32 << 17;
    for i in (0..double).step_by(2) {
        let end = u16_at(subtable, 14 + i)?;
        let start = u16_at(subtable, 16 + double + i)?;
        let delta = u16_at(subtable, 16 + 2 * double + i)?;
        let offset_at = 16 + 3 * double + i;
        let offset = usize::from(u16_at(subtable, offset_at)?);
        for code in start..=end {
            left = left.checked_sub(1)?;
            let glyph = match offset {
                0 => code.wrapping_add(delta),
                _ => match u16_at(subtable, offset_at + offset + 2 * usize::from(code - start)) {
                    Some(0) | None => 0,
                    Some(glyph) => glyph.wrapping_add(delta),
                },
            };
            add(u32::from(code), u32::from(glyph));
        }
    }
    Some(())
}

fn groups(subtable: &[u8], add: &mut impl FnMut(u32, u32)) -> Option<()> {
    let mut left = 1u32 << 17;
    for i in 0..u32_at(subtable, 12)? as usize {
        let group = subtable.get(16 + 12 * i..28 + 12 * i)?;
        let (start, end, glyph) = (u32_at(group, 0)?, u32_at(group, 4)?, u32_at(group, 8)?);
        for code in start..=end {
            left = left.checked_sub(1)?;
            add(code, glyph.wrapping_add(code - start));
        }
    }
    Some(())
}

fn table<'f>(font: &'f [u8], tag: &[u8; 4]) -> Option<&'f [u8]> {
    for i in 0..usize::from(u16_at(font, 4)?) {
        let record = font.get(12 + 16 * i..28 + 16 * i)?;
        if record.starts_with(tag) {
            return font.get(u32_at(record, 8)? as usize..);
        }
    }
    None
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_be_bytes)
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}
