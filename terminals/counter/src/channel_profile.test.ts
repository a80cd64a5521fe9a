import { describe, expect, it } from 'vitest'
import { field_at, form_of, profile_of, secrets_for } from './channel_profile'

const kBank = {
  transport: 'iso8583',
  most_per_payment: '20000.00',
  cut_off: '23:00',
  sign_on: true,
  iso8583: { base: 'iso8583-1987-ascii' },
  mac: { algorithm: 'x9.19' },
  debits: { format: 'text', answer_days: 5, creditor: { number: '1109', name: '供电公司' }, request: { columns: [] } },
}

describe('a channel’s profile as a form', () => {
  it('has fields for what most channels need, and the others as JSON', () => {
    const form = form_of(kBank)
    expect(form).toMatchObject({ transport: 'iso8583', cut_off: '23:00', sign_on: true, collects: true, format: 'text', answer_days: '5', creditor_name: '供电公司' })
    expect(JSON.parse(form.rest)).toEqual({ iso8583: kBank.iso8583, mac: kBank.mac, debits: { request: { columns: [] } } })
  })
  it('loses nothing on the way back', () => expect(profile_of(form_of(kBank))).toMatchObject(kBank))
  it('leaves out what the channel does not do', () => {
    expect(profile_of({ ...form_of(kBank), collects: false })).not.toHaveProperty('debits')
    expect(profile_of({ ...form_of({ transport: 'rest' }), app_id: 'x' })).not.toHaveProperty('merchant')
  })
  it('is none where the JSON is none', () => {
    expect(profile_of({ ...form_of({}), rest: '{"mac":' })).toBeNull()
    expect(profile_of({ ...form_of({}), rest: '[1]' })).toBeNull()
  })
  it('keeps a number that is none as it was typed, so that the server can say so', () =>
    expect(profile_of({ ...form_of(kBank), answer_days: 'soon' })).toMatchObject({ debits: { answer_days: 'soon' } }))
})

describe('a refusal', () => {
  it('stands at its field', () => {
    expect(field_at('/name')).toBe('name')
    expect(field_at('/profile/cut_off')).toBe('cut_off')
    expect(field_at('/profile/debits/creditor/name')).toBe('creditor_name')
    expect(field_at('/profile/iso8583/fields/4')).toBe('rest')
    expect(field_at('/secrets/mac_key')).toBe('secrets')
  })
})

describe('the secrets of a channel', () => {
  it('are those of its line, and those it has', () => {
    expect(secrets_for('rest', [])).toEqual(['webhook_secret', 'old_webhook_secret'])
    expect(secrets_for('none', ['mac_key'])).toEqual(['mac_key'])
    expect(secrets_for('iso8583', ['mac_key'])).toEqual(['mac_key'])
  })
})
