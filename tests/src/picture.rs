//! A picture of a display: Xvfb keeps its screen in a file of the format that `xwd` writes
//! (X11/XWDFile.h).

use std::path::Path;

/// Fields of the header, each four bytes, most significant first.
const HEADER_SIZE: usize = 0;
const WIDTH: usize = 4;
const HEIGHT: usize = 5;
const BITS_PER_PIXEL: usize = 11;
const BYTES_PER_LINE: usize = 12;
const COLOURS: usize = 19;

/// Turns the screen's file into a PNG (ISO/IEC 15948), uncompressed. Nothing where it is none.
pub fn png(screen: &Path) -> Option<Vec<u8>> {
    let file = std::fs::read(screen).ok()?;
    let field = |number: usize| {
        let bytes = file.get(number * 4..number * 4 + 4)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?) as usize)
    };
    let (width, height) = (field(WIDTH)?, field(HEIGHT)?);
    if field(BITS_PER_PIXEL)? != 32 {
        return None;
    }
    // Each colour of the table takes twelve bytes.
    let start = field(HEADER_SIZE)? + field(COLOURS)? * 12;
    let mut rows = Vec::with_capacity(height * (width * 3 + 1));
    for row in file
        .get(start..)?
        .chunks(field(BYTES_PER_LINE)?)
        .take(height)
    {
        // No filter.
        rows.push(0);
        for pixel in row.get(..width * 4)?.chunks(4) {
            rows.extend([pixel[2], pixel[1], pixel[0]]);
        }
    }
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let sides = [width as u32, height as u32].map(u32::to_be_bytes).concat();
    // Eight bits, red, green and blue.
    chunk(&mut png, b"IHDR", &[&sides[..], &[8, 2, 0, 0, 0]].concat());
    chunk(&mut png, b"IDAT", &stored(&rows));
    chunk(&mut png, b"IEND", &[]);
    Some(png)
}

/// A zlib stream (RFC 1950) of blocks that are not compressed.
fn stored(bytes: &[u8]) -> Vec<u8> {
    const MOST: usize = u16::MAX as usize;
    let mut stream = vec![0x78, 0x01];
    let blocks = bytes.chunks(MOST).count();
    for (number, block) in bytes.chunks(MOST).enumerate() {
        let length = block.len() as u16;
        stream.push(u8::from(number + 1 == blocks));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65521;
        high = (high + low) % 65521;
    }
    stream.extend((high << 16 | low).to_be_bytes());
    stream
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    png.extend((content.len() as u32).to_be_bytes());
    png.extend(kind);
    png.extend(content);
    png.extend(crc32(&[kind, content].concat()).to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checks_are_those_of_the_formats() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(stored(b"Wikipedia")[16..], 0x11e6_0398_u32.to_be_bytes());
    }

    #[test]
    fn a_screen_becomes_a_picture() {
        let mut file = vec![0_u8; 100];
        for (field, value) in [
            (HEADER_SIZE, 100_u32),
            (WIDTH, 2),
            (HEIGHT, 1),
            (BITS_PER_PIXEL, 32),
            (BYTES_PER_LINE, 8),
        ] {
            file[field * 4..field * 4 + 4].copy_from_slice(&value.to_be_bytes());
        }
        file.extend([1, 2, 3, 0, 4, 5, 6, 0]);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("screen");
        std::fs::write(&path, file).expect("written");
        let png = png(&path).expect("a picture");
        assert!(png.windows(7).any(|bytes| bytes == [0, 3, 2, 1, 6, 5, 4]));
    }
}
