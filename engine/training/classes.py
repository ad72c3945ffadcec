"""What the pocket network tells apart: label -> emoji. Textures follow behind them (`textures.TEXTURES`).

Chosen for dreams: animals, eyes, buildings and ornaments, and everyday things that people ask to see ("banana").
"""

from typing import Final

_EMOJI: Final = """
dog face🐶 cat face🐱 mouse face🐭 rabbit face🐰 fox🦊 bear🐻 panda🐼 koala🐨 tiger face🐯 lion🦁 cow
face🐮 pig face🐷 frog🐸
monkey face🐵 wolf🐺 owl🦉 horse face🐴 unicorn🦄 dragon face🐲 chicken🐔 bird🐦 chick🐥
penguin🐧 duck🦆 eagle🦅 rooster🐓 turkey🦃 peacock🦚 parrot🦜 swan🦢 flamingo🦩 dove🕊 bat🦇
bee🐝 caterpillar🐛 butterfly🦋 snail🐌 ladybird🐞 ant🐜 beetle🪲 spider🕷 scorpion🦂 turtle🐢 snake🐍
lizard🦎 dinosaur🦖 sauropod🦕
crocodile🐊 dragon🐉 octopus🐙 squid🦑 shrimp🦐 lobster🦞 crab🦀 blowfish🐡 tropical fish🐠 fish🐟
dolphin🐬 whale🐳 shark🦈 seal🦭
shell🐚 coral🪸 jellyfish🪼 tiger🐅 leopard🐆 zebra🦓 gorilla🦍 elephant🐘 mammoth🦣 rhinoceros🦏
camel🐫 giraffe🦒 kangaroo🦘 bison🦬
cow🐄 horse🐎 ram🐏 sheep🐑 llama🦙 goat🐐 deer🦌 dog🐕 poodle🐩 cat🐈 rabbit🐇 raccoon🦝 badger🦡 otter🦦
sloth🦥 squirrel🐿
hedgehog🦔 paw prints🐾
cactus🌵 fir tree🌲 tree🌳 palm tree🌴 seedling🌱 herb🌿 clover🍀 maple leaf🍁 autumn leaves🍂
mushroom🍄 bouquet💐 tulip🌷 rose🌹
hibiscus🌺 cherry blossom🌸 daisy🌼 sunflower🌻 lotus🪷
sun🌞 moon🌛 globe🌍 star🌟 fire🔥 tornado🌪 rainbow🌈 snowflake❄ snowman⛄ wave🌊 volcano🌋 mount
fuji🗻
apple🍎 pear🍐 orange🍊 lemon🍋 banana🍌 watermelon🍉 grapes🍇 strawberry🍓 cherries🍒 peach🍑
pineapple🍍 coconut🥥 kiwi🥝 tomato🍅
aubergine🍆 avocado🥑 broccoli🥦 chilli🌶 corn🌽 carrot🥕 croissant🥐 bread🍞 pretzel🥨 cheese🧀 fried
egg🍳 pancakes🥞 hamburger🍔
pizza🍕 sushi🍣 doughnut🍩 cookie🍪 birthday cake🎂 lollipop🍭 ice cream🍦 popcorn🍿 coffee☕ beer🍺
cocktail🍸 fork and knife🍴
football⚽ basketball🏀 baseball⚾ billiard ball🎱 palette🎨 guitar🎸 violin🎻 trumpet🎺 saxophone🎷
drum🥁 piano🎹 die🎲 slot machine🎰
car🚗 taxi🚕 bus🚌 racing car🏎 fire engine🚒 tractor🚜 bicycle🚲 scooter🛵 locomotive🚂 aeroplane✈
rocket🚀 flying saucer🛸
helicopter🚁 sailing boat⛵ ship🚢 anchor⚓ ferris wheel🎡 carousel🎠 roller coaster🎢 circus tent🎪
japanese castle🏯 castle🏰 tower🗼 statue of liberty🗽 fountain⛲ tent⛺ house🏡 office🏢 factory🏭
church⛪ shrine⛩ mosque🕌
hindu temple🛕 temple🏛 bridge🌉 city🏙
clock⏰ telephone☎ television📺 camera📷 light bulb💡 candle🕯 gem💎 gear⚙ magnet🧲 bomb💣 amphora🏺
crystal ball🔮 microscope🔬
telescope🔭 dna🧬 microbe🦠 key🔑 teddy bear🧸 gift🎁 balloon🎈 books📚 umbrella☂ glasses👓 crown👑
top hat🎩 high heel👠 shoe👟
dumbbell🏋
eye👁 nose👃 ear👂 mouth👄 tooth🦷 brain🧠 bone🦴 skull💀 hand✋ biceps💪 heart❤
alien👽 space invader👾 robot🤖 jack o lantern🎃 ghost👻 ogre👹 clown🤡 baby👶 man👨 woman👩 old man👴
smiling face😀 fairy🧚 mage🧙
mermaid🧜
"""

_FACES: Final = """
mouse face|rabbit face|bear|koala|cow face|pig face|monkey face|horse face|chicken|chick|penguin|skull|alien|robot|ghost
ogre|clown|baby|man|woman|old man|smiling face|snowman|sun|moon|panda|unicorn|dragon face
"""

FACES: Final = frozenset(_FACES.strip().replace("\n", "|").split("|"))
"""Two dots above a third: drawn half as often, because eyes and noses otherwise take over the middle layers."""


def emoji() -> dict[str, str]:
    """Label -> one character, in the order of the labels: {"dog face": "🐶", ...}."""
    found: dict[str, str] = {}
    words: list[str] = []
    for token in _EMOJI.split():
        if token.isascii():
            words.append(token)
            continue
        # An emoji stands glued behind the last word of its label.
        found[" ".join([*words, token[:-1]])] = token[-1]
        words = []
    return found
