// Amazon's JavaScript SDK against the simulated Amazon: places an order and lets it arrive.
//
//   stockpool-amazon-sim serve &
//   npm install
//   node place_an_order.mjs http://127.0.0.1:8970
//
// The SDK's own clients take another address as an argument; only what fetches tokens has Amazon's
// written into it, so the token is fetched here and handed over.

import {
  FbainventorySpApi,
  FulfillmentoutboundSpApi,
} from '@amazon-sp-api-release/amazon-sp-api-sdk-js'

const url = process.argv[2] ?? 'http://127.0.0.1:8970'
const US = 'ATVPDKIKX0DER'

const answer = await fetch(`${url}/auth/o2/token`, {
  method: 'POST',
  body: new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: 'Atzr|any',
    client_id: 'any',
    client_secret: 'any',
  }),
})
const { access_token: token } = await answer.json()

const control = async (name, given = {}) => {
  const answer = await fetch(`${url}/simulator/v1/${name}`, {
    method: 'POST',
    body: JSON.stringify(given),
  })
  const { result, errors } = await answer.json()
  if (errors) throw new Error(errors[0].message)
  return result
}

const client = (api) => new api.ApiClient(url).applyXAmzAccessTokenToRequest(token)
const inventory = new FbainventorySpApi.FbaInventoryApi(client(FbainventorySpApi))
const outbound = new FulfillmentoutboundSpApi.FbaOutboundApi(client(FulfillmentoutboundSpApi))

await control('stock', { country: 'US', sku: 'MUG', quantity: 10 })
const stock = await inventory.getInventorySummaries('Marketplace', US, [US], {
  sellerSkus: ['MUG'],
})
console.log('in stock:', stock.payload.inventorySummaries[0].totalQuantity)

const orderId = `node-${Date.now()}`
await outbound.createFulfillmentOrder({
  marketplaceId: US,
  sellerFulfillmentOrderId: orderId,
  displayableOrderId: orderId,
  displayableOrderDate: new Date().toISOString(),
  displayableOrderComment: 'Thank you',
  shippingSpeedCategory: 'Standard',
  destinationAddress: {
    name: 'A. Buyer',
    addressLine1: '1 Main St',
    city: 'Seattle',
    stateOrRegion: 'WA',
    postalCode: '98101',
    countryCode: 'US',
  },
  items: [{ sellerSku: 'MUG', sellerFulfillmentOrderItemId: '1', quantity: 2 }],
})

await control('advance', { hours: 24 * 14 })
const { payload } = await outbound.getFulfillmentOrder(orderId)
console.log('order:', payload.fulfillmentOrder.fulfillmentOrderStatus)
const [parcel] = payload.fulfillmentShipments[0].fulfillmentShipmentPackage
const tracking = await outbound.getPackageTrackingDetails(parcel.packageNumber)
console.log('parcel:', tracking.payload.currentStatus)
