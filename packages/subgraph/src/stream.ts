import type { Readable } from 'node:stream'

/**
 * A document as the body of a `Response`. Node's own `Readable.toWeb` throws where nobody can catch it when its reader
 * goes in the middle: one HEAD request ended the whole process.
 */
export function streamOf(document: Readable): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = document[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: () => void document.destroy(),
  })
}
