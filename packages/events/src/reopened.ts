/** Opened at the first use; opened again at the next use after it was dropped or could not be opened. */
export function reopened<Resource>(open: () => Promise<Resource>, close: (resource: Resource) => Promise<void>) {
  let opened: Promise<Resource> | undefined
  let current: Resource | undefined
  return {
    get(): Promise<Resource> {
      opened ??= open().then(
        (resource) => {
          current = resource
          return resource
        },
        (error) => {
          opened = undefined
          throw error
        },
      )
      return opened
    },
    /** Drops what is open; a given one only if it is the one still in use. */
    async drop(which = current): Promise<void> {
      if (which === undefined || which !== current) return
      opened = undefined
      current = undefined
      await close(which)
    },
  }
}
