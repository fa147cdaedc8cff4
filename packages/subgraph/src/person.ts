import { badInput } from '@caregraph/refusals'
import { Directive, Field, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { requiredText } from './input.js'
import { Allow } from './rules.js'

export enum Gender {
  FEMALE = 'FEMALE',
  MALE = 'MALE',
  OTHER = 'OTHER',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(Gender, { name: 'Gender', description: "FHIR's administrative gender." })

@ObjectType({ description: 'As in FHIR: the namespace, and the number in it.', simpleResolvers: true })
@Directive('@shareable')
@Allow('as-parent')
export class Identifier {
  @Field(() => String, { description: 'Whose number it is: a URI.' })
  declare system: string

  @Field(() => String, { description: 'The number itself.' })
  declare value: string
}

@InputType({ description: 'A number by which another system knows somebody.' })
export class IdentifierInput implements Identifier {
  @Field(() => String, { description: 'Whose number it is: a URI.' })
  declare system: string

  @Field(() => String, { description: 'The number itself.' })
  declare value: string
}

const mostIdentifiers = 50
/** Both together are the key of an index, whose entries MySQL bounds to 3,072 bytes and PostgreSQL to 2,700: up to 4 for a character. */
const longestPart = 384

/** Refuses an identifier without namespace or number, and one that is given twice. */
export function identifiersOf(input: readonly IdentifierInput[]): Identifier[] {
  if (input.length > mostIdentifiers) throw badInput('identifiers', `There are at most ${mostIdentifiers}.`)
  const seen = new Set<string>()
  return input.map((identifier, index) => {
    const system = requiredText(identifier.system, `identifiers.${index}.system`, longestPart)
    const value = requiredText(identifier.value, `identifiers.${index}.value`, longestPart)
    const key = JSON.stringify([system, value])
    if (seen.has(key)) throw badInput(`identifiers.${index}`, 'This identifier is given twice.')
    seen.add(key)
    return { system, value }
  })
}
