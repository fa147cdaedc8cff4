import { inflateSync } from 'node:zlib'

/** What a PDF that pdfkit has written shows, page by page: one text for each place where something is written. */
export function readPdf(bytes: Uint8Array): string[][] {
  const objects = objectsOf(Buffer.from(bytes).toString('latin1'))
  const readers = new Map<string, (glyphs: string) => string>()
  for (const { head } of objects.values()) {
    for (const [, name = '', id = ''] of head.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const toUnicode = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id)?.head ?? '')?.[1] ?? ''
      readers.set(name, readerOf(objects.get(toUnicode)?.stream ?? ''))
    }
  }
  return [...objects.values()]
    .filter(({ head }) => /\/Type \/Page\b(?!s)/.test(head))
    .map(({ head }) => textsOf(objects.get(/\/Contents (\d+) 0 R/.exec(head)?.[1] ?? '')?.stream ?? '', readers))
}

function objectsOf(pdf: string): Map<string, { head: string; stream: string }> {
  const found = pdf.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)
  return new Map(
    [...found].map(([, id = '', body = '']) => {
      const [head = '', stream] = body.split(/\nstream\n/)
      const isPacked = stream !== undefined && head.includes('/FlateDecode')
      return [id, { head, stream: isPacked ? inflate(stream) : (stream ?? '') }]
    }),
  )
}

const inflate = (stream: string): string => inflateSync(Buffer.from(stream, 'latin1')).toString('latin1')

/** A font's own table of what its glyphs mean. */
function readerOf(toUnicode: string): (glyphs: string) => string {
  const meanings = new Map<number, string>()
  for (const [, first = '', , list = ''] of toUnicode.matchAll(/<(\w+)> <(\w+)> \[([^\]]*)\]/g)) {
    for (const [offset, [, code = '']] of [...list.matchAll(/<([\w ]+)>/g)].entries()) {
      const utf16 = Buffer.from(code.replaceAll(' ', ''), 'hex').swap16().toString('utf16le')
      meanings.set(Number.parseInt(first, 16) + offset, utf16)
    }
  }
  return (glyphs) => glyphs.replace(/\w{4}/g, (glyph) => meanings.get(Number.parseInt(glyph, 16)) ?? '\u{FFFD}')
}

function textsOf(content: string, readers: ReadonlyMap<string, (glyphs: string) => string>): string[] {
  let read = (_: string) => ''
  const texts: string[] = []
  for (const [, font, written] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (font !== undefined) read = readers.get(font) ?? read
    else texts.push([...(written ?? '').matchAll(/<(\w*)>/g)].map(([, glyphs = '']) => read(glyphs)).join(''))
  }
  return texts
}
