import Testing

@testable import CLIPModels

@Suite("Words of prompts")
struct KnownWordsTests {
  @Test("runs of letters and digits in lower case, in ASCII and beyond it")
  func words() {
    #expect(
      CLIPModel.words("A photo of 2 Cats'tails,\r\nnot_dogs.") == [
        "a", "photo", "of", "2", "cats", "tails", "not", "dogs",
      ])
    #expect(CLIPModel.words("") == [] && CLIPModel.words(" -- ") == [])
    #expect(CLIPModel.words("Ein Größter-Bär №½") == ["ein", "größter", "bär", "½"])
    // The same words where another letter makes the text one that is not ASCII.
    let text = "the Quick-brown [fox] 12:30 a.b@c {d} ~e^f` G"
    #expect(CLIPModel.words(text + " é") == CLIPModel.words(text) + ["é"])
  }
}
