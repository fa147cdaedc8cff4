import { Allow, type Context, Money } from '@caregraph/subgraph'
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql'
import { loadInvoicesOf } from './find-invoices.js'
import { loadRefunds } from './find-payments.js'
import type { PaymentRow, RefundRow } from './payment.entity.js'
import { Payment, RecordPaymentInput, Refund, RefundPaymentInput } from './payment.type.js'
import { recordPayment } from './record-payment.js'
import { refundPayment } from './refund-payment.js'

@Resolver(() => Payment)
export class PaymentResolver {
  @FieldResolver()
  invoice(@Ctx() context: Context, @Root() payment: PaymentRow) {
    return context.load(loadInvoicesOf, payment)
  }

  @FieldResolver()
  amount(@Root() { amountMinorUnits, currency }: PaymentRow) {
    return new Money({ minorUnits: amountMinorUnits, currency })
  }

  @FieldResolver()
  refunded(@Root() { refundedMinorUnits, currency }: PaymentRow) {
    return new Money({ minorUnits: refundedMinorUnits, currency })
  }

  @FieldResolver()
  refunds(@Ctx() context: Context, @Root() payment: PaymentRow) {
    return context.load(loadRefunds, payment)
  }

  @Allow('payment:record')
  @Mutation(() => Payment, {
    description:
      'Refused with PAYMENT_EXCEEDS_BALANCE or CURRENCY_MISMATCH; a repeated idempotencyKey returns the first payment.',
  })
  recordPayment(@Ctx() context: Context, @Arg('input', () => RecordPaymentInput) input: RecordPaymentInput) {
    return recordPayment(context, input)
  }

  @Allow('payment:refund')
  @Mutation(() => Payment, {
    description: 'Refused with REFUND_EXCEEDS_PAYMENT. Once all money on it is given back, the invoice is REFUNDED.',
  })
  refundPayment(@Ctx() context: Context, @Arg('input', () => RefundPaymentInput) input: RefundPaymentInput) {
    return refundPayment(context, input)
  }
}

@Resolver(() => Refund)
export class RefundResolver {
  @FieldResolver()
  amount(@Root() { amountMinorUnits, currency }: RefundRow) {
    return new Money({ minorUnits: amountMinorUnits, currency })
  }
}
