import type { Role } from '@caregraph/access'
import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('users')
export class UserRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'text' })
  declare name: string

  /** Names in the order of a card index: without regard to case and accents. */
  @Column({ type: 'text', name: 'sort_name' })
  declare sortName: string

  @Column({ type: 'text' })
  declare email: string

  @Column({ type: 'text', array: true })
  declare roles: Role[]

  /** Null while they are those of the registration. */
  @Column({ type: 'timestamptz', name: 'roles_changed_at', nullable: true })
  declare rolesChangedAt: Date | null

  /** In the PHC string format, which says how it was made. */
  @Column({ type: 'text', name: 'password_hash' })
  declare passwordHash: string

  @Column({ type: 'timestamptz', name: 'registered_at' })
  declare registeredAt: Date

  @Column({ type: 'timestamptz', name: 'disabled_at', nullable: true })
  declare disabledAt: Date | null
}

@Entity('sessions')
export class SessionRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'uuid', name: 'user_id' })
  declare userId: string

  @Column({ type: 'timestamptz', name: 'created_at' })
  declare createdAt: Date

  @Column({ type: 'timestamptz', name: 'last_used_at' })
  declare lastUsedAt: Date

  /** When the newest refresh token expires, and the session with it. */
  @Column({ type: 'timestamptz', name: 'expires_at' })
  declare expiresAt: Date

  @Column({ type: 'text', name: 'user_agent', nullable: true })
  declare userAgent: string | null

  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  declare endedAt: Date | null
}
