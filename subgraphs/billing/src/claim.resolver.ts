import { Allow, type Connection, type Context, Money, PageArgs } from '@caregraph/subgraph'
import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ClaimStatus, type InsuranceClaimRow } from './claim.entity.js'
import { ClaimConnection, DecideClaimInput, InsuranceClaim, SubmitClaimInput } from './claim.type.js'
import { decideClaim } from './decide-claim.js'
import { findClaims } from './find-claims.js'
import { loadInvoicesOf } from './find-invoices.js'
import { submitClaim } from './submit-claim.js'

@Resolver(() => InsuranceClaim)
export class ClaimResolver {
  @Allow('invoice:read')
  @Query(() => ClaimConnection, { description: 'The newest first.' })
  claims(
    @Ctx() context: Context,
    @Arg('status', () => [ClaimStatus], { nullable: true }) status: ClaimStatus[] | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<InsuranceClaimRow>> {
    return findClaims(context, status, page)
  }

  @FieldResolver()
  invoice(@Ctx() context: Context, @Root() claim: InsuranceClaimRow) {
    return context.load(loadInvoicesOf, claim)
  }

  @FieldResolver()
  amount(@Root() { amountMinorUnits, currency }: InsuranceClaimRow) {
    return new Money({ minorUnits: amountMinorUnits, currency })
  }

  @FieldResolver()
  approvedAmount(@Root() { approvedMinorUnits, currency }: InsuranceClaimRow) {
    return approvedMinorUnits === null ? null : new Money({ minorUnits: approvedMinorUnits, currency })
  }

  @Allow('claim:submit')
  @Mutation(() => InsuranceClaim, { description: 'Asks an insurer to pay an invoice, or a part of it.' })
  submitClaim(@Ctx() context: Context, @Arg('input', () => SubmitClaimInput) input: SubmitClaimInput) {
    return submitClaim(context, input)
  }

  @Allow('claim:decide')
  @Mutation(() => InsuranceClaim, { description: 'Approval records a payment with the method INSURANCE.' })
  decideClaim(@Ctx() context: Context, @Arg('input', () => DecideClaimInput) input: DecideClaimInput) {
    return decideClaim(context, input)
  }
}
