import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { streamOf } from './stream.js'

function aDocument(): Readable {
  const document = new Readable({ read: () => undefined })
  for (let written = 0; written < 4; written++) document.push(Buffer.alloc(30_000, written))
  return document
}

describe('a streamed document', () => {
  it('arrives whole, and ends', async () => {
    const document = aDocument()
    document.push(null)
    const read = Buffer.from(await new Response(streamOf(document)).arrayBuffer())
    expect(read.equals(Buffer.concat([0, 1, 2, 3].map((written) => Buffer.alloc(30_000, written))))).toBe(true)
  })

  it('breaks off where its source does', async () => {
    const document = aDocument()
    document.destroy(new Error('cut'))
    await expect(new Response(streamOf(document)).arrayBuffer()).rejects.toThrow()
  })

  it('is let go of as soon as nobody reads it any more', async () => {
    const document = aDocument()
    await streamOf(document).cancel()
    expect(document.destroyed).toBe(true)
  })

  it('harms nobody when its reader goes in the middle', async () => {
    const document = aDocument()
    const reader = streamOf(document).getReader()
    await reader.read()
    await undefined
    const reading = reader.read()
    await reader.cancel()
    expect((await reading).done).toBe(true)
    expect(document.destroyed).toBe(true)
  })
})
