import { SearchTerms1760000000004 } from '@caregraph/database'
import { defineSubgraph, reference } from '@caregraph/subgraph'
import { DoctorIdentifierRow, DoctorRow, TimeOffRow } from './doctor.entity.js'
import { DoctorResolver } from './doctor.resolver.js'
import { loadDoctors } from './find-doctors.js'
import { Doctors1760000003001 } from './migrations/doctors.js'

export const doctor = defineSubgraph({
  name: 'doctor',
  resolvers: [DoctorResolver],
  references: { Doctor: reference('public', loadDoctors) },
  tables: {
    entities: [DoctorRow, DoctorIdentifierRow, TimeOffRow],
    migrations: [SearchTerms1760000000004, Doctors1760000003001],
  },
})
