/** Nobody here is anybody. The same people are in every fresh demo. */

interface Hours {
  day: string
  startsAt: string
  endsAt: string
}

const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY']
const everyDay = [...weekdays, 'SATURDAY', 'SUNDAY']

const on = (days: readonly string[], ...stretches: readonly (readonly [string, string])[]): Hours[] =>
  days.flatMap((day) => stretches.map(([startsAt, endsAt]) => ({ day, startsAt, endsAt })))

const allDay = on(weekdays, ['09:00', '12:30'], ['13:30', '17:30'])
const mornings = on(weekdays, ['08:00', '13:00'])
const afternoons = on(weekdays, ['12:00', '18:00'])
const longDays = on(['MONDAY', 'WEDNESDAY', 'FRIDAY'], ['08:00', '12:00'], ['13:00', '19:00'])
/** The doctors on call: there is always one to see, whatever the hour at which somebody tries the demo. */
const roundTheClock = on(everyDay, ['00:00', '00:00'])

const doctor = (
  name: string,
  specialization: string,
  department: string,
  gender: string,
  yearsOfExperience: number,
  weeklyHours: Hours[],
) => ({ name, specialization, department, gender, yearsOfExperience, weeklyHours })

export const demoDoctors = [
  doctor('Dr. Grace Okafor', 'GENERAL_PRACTICE', 'Family medicine', 'FEMALE', 14, allDay),
  doctor('Dr. Henrik Lindqvist', 'CARDIOLOGY', 'Heart centre', 'MALE', 22, allDay),
  doctor('Dr. Mei-Ling Zhao', 'PEDIATRICS', 'Children', 'FEMALE', 9, allDay),
  doctor('Dr. Søren Bjørnsen', 'ORTHOPEDICS', 'Bones and joints', 'MALE', 17, longDays),
  doctor('Dr. Aïcha Benali', 'DERMATOLOGY', 'Skin', 'FEMALE', 11, afternoons),
  doctor('Dr. Rafael Ibáñez', 'NEUROLOGY', 'Nerves', 'MALE', 19, mornings),
  doctor('Dr. Priya Raghavan', 'GYNECOLOGY', "Women's health", 'FEMALE', 13, allDay),
  doctor('Dr. Tomasz Wójcik', 'OPHTHALMOLOGY', 'Eyes', 'MALE', 8, longDays),
  doctor('Dr. Leilani Kahale', 'PSYCHIATRY', 'Mental health', 'FEMALE', 16, afternoons),
  doctor('Dr. Emre Yıldız', 'RADIOLOGY', 'Imaging', 'MALE', 6, mornings),
  doctor('Dr. Noor Haddad', 'GENERAL_PRACTICE', 'On call', 'FEMALE', 10, roundTheClock),
  doctor('Dr. Caspar Vogel', 'SURGERY', 'On call', 'MALE', 25, roundTheClock),
]

/** The first is the patient who can sign in. */
export const demoPatients = [
  ['Ada Pemberton', '1987-12-10', 'FEMALE'],
  ['Björn Åkesson', '1961-04-02', 'MALE'],
  ['Chioma Eze', '1994-08-19', 'FEMALE'],
  ['Dmitri Volkov', '1978-01-30', 'MALE'],
  ['Élodie Marchand', '2003-06-21', 'FEMALE'],
  ['Farid Rahimi', '1956-11-05', 'MALE'],
  ['Greta Hoffmann', '1999-02-28', 'FEMALE'],
  ['Hiroshi Tanaka', '1969-09-14', 'MALE'],
  ['Inés Carrasco', '2015-03-08', 'FEMALE'],
  ["Jamie O'Connell", '1990-07-17', 'OTHER'],
  ['Katarzyna Łukasik', '1983-05-26', 'FEMALE'],
  ['Lamar Whitfield', '1948-10-11', 'MALE'],
  ['Maya Srinivasan', '2009-12-01', 'FEMALE'],
  ['Nikolaos Papadakis', '1973-08-03', 'MALE'],
  ['Oluwaseun Adeyemi', '1988-04-24', 'MALE'],
  ['Paula Ferreira', '1965-01-16', 'FEMALE'],
  ['Quentin Dubois', '1996-06-09', 'MALE'],
  ['Rosa Mendoza', '1952-02-14', 'FEMALE'],
  ['Samir Haddou', '2001-11-23', 'MALE'],
  ['Tove Nyström', '1981-03-31', 'FEMALE'],
  ['Uma Patel', '2019-08-27', 'FEMALE'],
  ['Viktor Hlaváček', '1959-05-18', 'MALE'],
  ['Wanjiru Kamau', '1992-10-06', 'FEMALE'],
  ['Xavier Roche', '1976-12-22', 'MALE'],
  ['Yuki Nakamura', '2006-07-04', 'FEMALE'],
  ['Zeynep Arslan', '1985-09-29', 'FEMALE'],
  ['Anton Gruber', '1944-06-13', 'MALE'],
  ['Bianca Moretti', '1998-01-07', 'FEMALE'],
  ['Callum Fraser', '2012-04-15', 'MALE'],
  ['Dalia Mansour', '1971-11-11', 'FEMALE'],
].map(([name = '', dateOfBirth = '', gender = ''], index) => ({
  name,
  dateOfBirth,
  gender,
  email: index === 0 ? 'patient@demo.example' : `patient${index}@demo.example`,
  phone: `+1415555${String(1000 + index)}`,
  address: `${10 + index} Harbour Street, Springfield`,
  identifiers: [{ system: 'urn:caregraph:demo:record', value: String(5000 + index) }],
  insurancePolicies:
    index % 3 === 0 ? [{ payer: 'Harbour Mutual', memberNumber: `HM-${70_000 + index}`, validFrom: '2020-01-01' }] : [],
}))

export const demoServiceTypes = [
  { code: 'CHECKUP', name: 'Check-up', durationMinutes: 30, minorUnits: 80_00 },
  { code: 'CONSULTATION', name: 'Specialist consultation', durationMinutes: 45, minorUnits: 140_00 },
  { code: 'FOLLOW_UP', name: 'Follow-up', durationMinutes: 15, minorUnits: 45_00 },
  { code: 'VACCINATION', name: 'Vaccination', durationMinutes: 15, minorUnits: 30_00 },
]
