export type ImportedType = 'Patient' | 'Practitioner'

export interface RefusedLine {
  file: string
  /** What in the file: `Patient/123`, a place in a bundle, or undefined for the file as a whole. Never a name. */
  what: string | undefined
  field: string | undefined
  reason: string
}

/** What became of everything that was found so far. */
export interface Tally {
  files: number
  filesRead: number
  added: Record<ImportedType, number>
  alreadyThere: Record<ImportedType, number>
  /** The same resource again, in another file or bundle of the folder. */
  repeated: number
  /** Practitioners that were added with their FHIR id in place of a licence number. */
  licenceStandIns: number
  notImported: Map<string, number>
  refused: RefusedLine[]
}

export function newTally(): Tally {
  return {
    files: 0,
    filesRead: 0,
    added: { Patient: 0, Practitioner: 0 },
    alreadyThere: { Patient: 0, Practitioner: 0 },
    repeated: 0,
    licenceStandIns: 0,
    notImported: new Map(),
    refused: [],
  }
}

export function progressLine({ files, filesRead, added, alreadyThere, refused }: Tally): string {
  return (
    `File ${filesRead} of ${files}: ${added.Patient + added.Practitioner} added, ` +
    `${alreadyThere.Patient + alreadyThere.Practitioner} already there, ${refused.length} refused`
  )
}

/** The page at the end. It holds ids, counts and file names, and nothing else of what was imported. */
export function reportPage(tally: Tally, seconds: number): string {
  const { added, alreadyThere, repeated, licenceStandIns, notImported, refused } = tally
  const ignored = [...notImported].sort(([one], [other]) => (one < other ? -1 : 1))
  return [
    `Read ${tally.filesRead} of ${tally.files} files in ${seconds.toFixed(1)} s.`,
    `  added          ${people(added)}`,
    `  already there  ${people(alreadyThere)}`,
    `  refused        ${refused.length}`,
    ...(repeated > 0 ? [`  repeated       ${repeated} (found again in the folder, imported once)`] : []),
    ...(ignored.length > 0
      ? [`  not imported   ${ignored.map(([type, count]) => `${type} ${count}`).join(', ')}`]
      : []),
    ...(licenceStandIns > 0
      ? [
          `Practitioners without a licence number: ${licenceStandIns}. The FHIR id stands in its place; correct it in the clinic.`,
        ]
      : []),
    ...(refused.length > 0 ? ['Refused:', ...refused.map((line) => `  ${refusedLine(line)}`)] : []),
  ].join('\n')
}

function people({ Patient, Practitioner }: Record<ImportedType, number>): string {
  return `patients ${Patient}, practitioners ${Practitioner}`
}

function refusedLine({ file, what, field, reason }: RefusedLine): string {
  return `${[file, what, field].filter(Boolean).join(': ')} ${reason}`
}
