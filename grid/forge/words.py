"""Word lists from which names of customers, firms and streets are put together. No list entry means a real
person.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _words(
    "Aaron Abigail Adrian Aisha Alan Alejandra Alice Amara Amir Andrea Angela Anh Anthony Ariana Arjun "
    "Ashley Beatriz Benjamin Bianca Brandon Brian Camila Carlos Carmen Caroline Cedric Chen Chloe "
    "Christian Claudia Cody Cynthia Dalia Daniel Darnell David Deborah Denise Diego Dominique Dorothy "
    "Dylan Eduardo Elena Elijah Emily Eric Esther Ethan Eva Farah Felix Fernando Frances Gabriel Gloria "
    "Grace Hannah Hassan Hector Helen Hugo Ian Imani Irene Isaac Isabel Ivan Jackson Jamal Janet Jasmine "
    "Javier Jerome Jessica Joaquin Jordan Joyce Julian Karen Kevin Kiara Kofi Lan Latoya Laura Leon "
    "Leticia Linh Logan Lucia Luis Malik Marcus Margaret Maria Martin Maya Mei Melissa Miguel Minh Monica "
    "Nadia Naomi Nathan Nia Nicole Noah Olivia Omar Oscar Pablo Patricia Paul Phuong Priya Quentin Rachel "
    "Rafael Ravi Rebecca Renee Ricardo Robert Rosa Ruth Samuel Sandra Sara Sean Silvia Simone Sofia "
    "Stephen Tamara Tariq Teresa Thomas Tiana Tran Tyler Valerie Vanessa Victor Vivian Walter Wei William "
    "Xavier Yolanda Yusuf Zachary Zoe"
)

FAMILY = _words(
    "Adams Aguilar Ahmed Alexander Ali Allen Alvarez Anderson Arnold Bailey Baker Banks Barnes Bell "
    "Bennett Black Boyd Brooks Brown Bryant Bui Burns Butler Cantu Carter Castillo Castro Chan Chavez "
    "Chen Clark Coleman Collins Cook Cooper Cruz Daniels Dang Davis Delgado Diaz Dixon Do Duncan Edwards "
    "Ellis Espinoza Evans Flores Ford Foster Franklin Freeman Garcia Garza Gibson Gomez Gonzales Gordon "
    "Graham Grant Gray Green Griffin Guerrero Gupta Gutierrez Hall Hamilton Harris Hayes Henderson "
    "Hernandez Hill Ho Holmes Howard Hudson Huynh Ibarra Jackson James Jenkins Johnson Jones Jordan "
    "Juarez Kelly Khan Kim King Kumar Lam Lara Lawson Le Lee Lewis Li Lopez Luna Marshall Martinez Mason "
    "Medina Mendoza Meyer Miller Mitchell Molina Moore Morales Morgan Morris Munoz Murphy Myers Nelson "
    "Ngo Nguyen Nichols Okafor Ortiz Owens Palmer Parker Patel Perez Perry Pham Phillips Porter Powell "
    "Price Quintero Ramirez Ramos Reed Reyes Reynolds Richardson Rivera Roberts Robinson Rodriguez Rogers "
    "Romero Rose Ross Ruiz Russell Salazar Sanchez Sanders Santos Schmidt Scott Shah Silva Simmons "
    "Simpson Singh Smith Soto Stewart Stone Sullivan Taylor Thomas Thompson Torres Tran Trevino Truong "
    "Tucker Turner Valdez Vargas Vasquez Vega Villarreal Vo Walker Wallace Ward Washington Watkins Watson "
    "Webb West White Williams Wilson Wood Woods Wright Wu Yang Young Zamora Zhang"
)

STREET = _words(
    "Acacia Alder Almond Amber Antler Arbor Ash Aspen Azalea Bamboo Barley Bayberry Bayou Bear Beaver "
    "Beech Berry Birch Bluebonnet Bluff Bobcat Bramble Briar Bridle Brook Buckeye Buffalo Cactus Camellia "
    "Canyon Cardinal Catalpa Cedar Chaparral Cherry Chestnut Cimarron Citrus Clover Coral Cotton "
    "Cottonwood Coyote Cranberry Creek Crescent Cricket Cypress Dahlia Deer Dogwood Dove Driftwood Dune "
    "Eagle Elder Elm Ember Falcon Fawn Fern Field Finch Fir Flint Forest Fountain Foxglove Garden Garnet "
    "Glade Goldenrod Granite Grove Harbor Hawthorn Hazel Heather Heron Hickory Hollow Holly Honeysuckle "
    "Hyacinth Indigo Iris Ivy Jade Jasmine Juniper Kestrel Lagoon Lake Lantana Larkspur Laurel Lavender "
    "Lilac Linden Magnolia Mallard Maple Marigold Meadow Mesa Mesquite Mill Mimosa Mockingbird Moss "
    "Mulberry Myrtle Oak Oleander Orchard Oriole Osage Otter Palm Pampas Pansy Pasture Peach Pear Pebble "
    "Pecan Pelican Persimmon Pine Plover Plum Pond Poplar Prairie Primrose Quail Quarry Redbud Reed River "
    "Robin Rose Sage Sandpiper Sassafras Savanna Sorrel Sparrow Spruce Starling Stone Sumac Sunflower "
    "Sweetgum Sycamore Tallow Teal Thicket Thistle Timber Tulip Tupelo Verbena Violet Walnut Water Wheat "
    "Wildflower Willow Wisteria Wren Yarrow Yaupon"
)

_OF_WATER = frozenset(_words("Bayou Creek Dune Fountain Harbor Lagoon Lake Pond River Water"))
NATURE = tuple(word for word in STREET if word not in _OF_WATER)
"""Words that go before Lake or Bayou."""

STREET_KIND = ("St", "Dr", "Ln", "Ave", "Rd", "Ct", "Blvd", "Way")

FIRM = _words(
    "Anchor Apex Atlas Beacon Bluewater Bright Cascade Central Coastal Compass Cornerstone Crown Delta "
    "Eastside Evergreen Frontier Gateway Golden Gulf Harbor Heritage Highland Horizon Keystone Lakeside "
    "Landmark Liberty Lone Meridian Metro Midtown Northgate Oakwood Pacific Parkway Pioneer Prairie "
    "Premier Ridge Riverside Sable Sterling Summit Sunbelt Trinity Union Valley Vanguard Westfield "
    "Windmill"
)

SHOP_KIND = (
    "Auto Care",
    "Bakery",
    "Cafe",
    "Clinic",
    "Dental",
    "Fitness",
    "Florist",
    "Grill",
    "Hardware",
    "Insurance",
    "Laundry",
    "Market",
    "Office Park",
    "Pharmacy",
    "Print Shop",
    "Salon",
    "Storage",
    "Supply",
    "Taqueria",
    "Tire and Lube",
)

CAMPUS_KIND = (
    "Business Center",
    "Cold Storage",
    "Data Center",
    "Distribution Center",
    "Galleria",
    "Hotel",
    "Medical Plaza",
    "Plaza",
    "Tower",
)

PLANT_KIND = (
    "Chemical",
    "Compression",
    "Fabrication",
    "Foundry",
    "Gas Processing",
    "Machine Works",
    "Pipe and Steel",
    "Plastics",
    "Pump Works",
    "Refining",
    "Terminal",
)
