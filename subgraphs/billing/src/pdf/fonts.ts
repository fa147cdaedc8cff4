import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { create } from 'fontkit'

const { resolve } = createRequire(import.meta.url)
const read = (face: string) => readFileSync(resolve(`dejavu-fonts-ttf/ttf/${face}.ttf`))

/**
 * The fonts that every PDF reader has know the letters of Western Europe alone. These have Latin in all its forms,
 * Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic, and are put into the document.
 */
export const fonts = { regular: read('DejaVuSansCondensed'), bold: read('DejaVuSansCondensed-Bold') }

const faces = Object.values(fonts).map((font) => {
  const face = create(font)
  if ('fonts' in face) throw new Error('a font file of one face was expected')
  return face
})

/** Whether the fonts have a sign for each character, so that nobody's name is printed as a row of boxes. */
export function canPrint(text: string): boolean {
  return [...text].every((character) => {
    const code = character.codePointAt(0) ?? 0
    return faces.every((face) => face.hasGlyphForCodePoint(code))
  })
}
