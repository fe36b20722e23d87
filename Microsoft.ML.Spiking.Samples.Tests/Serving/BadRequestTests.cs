using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

[TestClass]
public sealed class BadRequestTests
{
    private const int MaximumBytes = 4096;

    private static readonly TemporaryFolder Folder = new();
    private static RunningService _service = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext _)
    {
        string model = Path.Combine(Folder.Path, "model.zip");
        TestModel.Save(model, seed: 1);
        _service = await RunningService.StartAsync(model,
            string.Create(CultureInfo.InvariantCulture, $"--Service:MaxRequestBytes={MaximumBytes}"),
            "--Service:MaxBatchRows=3");
    }

    [ClassCleanup]
    public static async Task StopAsync()
    {
        await _service.DisposeAsync();
        Folder.Dispose();
    }

    [TestMethod]
    [DataRow("""{"features":[1,2,3,4,5]}""", "'features' has 5 values; the model takes 6.")]
    [DataRow("""{"features":[1,2,3,4,5,6,7]}""", "'features' has 7 values; the model takes 6.")]
    [DataRow("""{"features":[]}""", "'features' has 0 values; the model takes 6.")]
    [DataRow("""{"features":null}""", "The request lacks 'features', an array of 6 numbers.")]
    [DataRow("""{"feature":[1,2,3,4,5,6]}""", "The request lacks 'features', an array of 6 numbers.")]
    [DataRow("{}", "The request lacks 'features', an array of 6 numbers.")]
    [DataRow("""{"features":[1,2,3,4,5,NaN]}""", "see '$.features[5]', line 1, byte 24")]
    [DataRow("""{"features":[1,2,3,4,5,"NaN"]}""", "see '$.features[5]', line 1, byte 29")]
    [DataRow("""{"features":[1,2,3,4,5,"6"]}""", "see '$.features[5]', line 1, byte 27")]
    [DataRow("""{"features":[1,2,3,4,5,null]}""", "see '$.features[5]', line 1, byte 28")]
    [DataRow("""{"features":"123456"}""", "see '$.features', line 1, byte 21")]
    [DataRow("""{"features":[1,2,3,4,5,6],"features":[1]}""", "see '$.features', line 1")]
    [DataRow("""{"features":[1,2,3,1e39,5,6]}""", "'features[3]' is beyond the range of a 32-bit floating-point")]
    [DataRow("""{"features":[1,2,3,4,5,6]""", "The body is not the JSON")]
    [DataRow("[1,2,3,4,5,6]", "The body is not the JSON object that is asked for.")]
    [DataRow("hello", "The body is not the JSON object that is asked for.")]
    [DataRow("", "The request has no body that can be read.")]
    [DataRow("null", "The request has no body that can be read.")]
    public Task Predict_BadBody_IsAnsweredWith400AndASentence(string body, string sentence) =>
        AssertProblemAsync("/predict", Json(body), HttpStatusCode.BadRequest, sentence);

    [TestMethod]
    [DataRow("""{"rows":[[1,2,3,4,5,6],[1,2,3,4,5]]}""", "'rows[1]' has 5 values; the model takes 6.")]
    [DataRow("""{"rows":[[1,2,3,4,5,6],null]}""", "The request lacks 'rows[1]', an array of 6 numbers.")]
    [DataRow("""{"rows":[[1,2,3,4,5,6],[1,2,3,4,-1e39,6]]}""", "'rows[1][4]' is beyond the range")]
    [DataRow("""{"rows":[[],[],[],[]]}""", "'rows' has 4 rows; send at most 3 at a time.")]
    [DataRow("""{"row":[[1,2,3,4,5,6]]}""", "The request lacks 'rows', an array of arrays of 6 numbers.")]
    [DataRow("""{"rows":[1,2,3,4,5,6]}""", "see '$.rows[0]'")]
    public Task PredictBatch_BadBody_IsAnsweredWith400AndASentence(string body, string sentence) =>
        AssertProblemAsync("/predict/batch", Json(body), HttpStatusCode.BadRequest, sentence);

    [TestMethod]
    public Task Predict_ValuesTooLargeForTheModel_IsAnsweredWith400AndASentence() =>
        AssertProblemAsync(
            "/predict", Json("""{"features":[3e38,3e38,3e38,3e38,3e38,3e38]}"""), HttpStatusCode.BadRequest,
            "'features' cannot be scored: its values are too large for the model.");

    [TestMethod]
    [DataRow("text/plain")]
    [DataRow("application/x-www-form-urlencoded")]
    [DataRow("application/json; charset=nonsense")]
    [DataRow("application/json; charset=\"nonsense\"")]
    [DataRow("application/json; charset=utf-7")]
    [DataRow("application/json; charset=utf-16")]
    [DataRow(null)]
    public Task Predict_AnotherContentType_IsAnsweredWith415AndASentence(string? type)
    {
        StringContent content = Json("""{"features":[1,2,3,4,5,6]}""");
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return AssertProblemAsync("/predict", content, HttpStatusCode.UnsupportedMediaType,
            "The body must be JSON in UTF-8: send it with Content-Type: application/json.");
    }

    [TestMethod]
    [DataRow("/predict", false)]
    [DataRow("/predict", true)]
    [DataRow("/predict/batch", false)]
    [DataRow("/predict/batch", true)]
    public Task Predict_HugeBody_IsAnsweredWith413AndASentence(string path, bool lengthUnknown)
    {
        string values = string.Join(',', Enumerable.Repeat("1.5", MaximumBytes / 2));
        StringContent content = Json($$"""{"features":[{{values}}]}""");
        return AssertProblemAsync(path, content, HttpStatusCode.RequestEntityTooLarge,
            "The body is longer than 4096 bytes: send fewer rows at a time.", lengthUnknown);
    }

    [TestMethod]
    [DataRow("utf-8")]
    [DataRow("\"UTF-8\"")]
    public async Task Predict_EncodingNamed_IsAnswered(string encoding)
    {
        StringContent content = Json("""{"features":[1,2,3,4,5,6]}""");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse($"application/json; charset={encoding}");
        using HttpResponseMessage response = await _service.Client.PostAsync("/predict", content);

        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode);
    }

    [TestMethod]
    public async Task Predict_ManyBadRequests_LeaveTheServiceWellAndItsLogQuiet()
    {
        for (int i = 0; i < 50; i++)
        {
            using HttpResponseMessage response = await _service.Client.PostAsync("/predict", Json("{\"features\":[}"));
            Assert.AreEqual(HttpStatusCode.BadRequest, response.StatusCode);
        }
        StringContent content = Json("{}");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json; charset=nonsense");
        using HttpResponseMessage unknown = await _service.Client.PostAsync("/predict", content);

        Assert.IsNotEmpty((await _service.PredictAsync(TestModel.Rows(1, seed: 2)[0].Features)).Label);
        Assert.IsEmpty(_service.Log.Of(LogLevel.Error), string.Join('\n', _service.Log.Of(LogLevel.Error)));
    }

    [TestMethod]
    [DataRow("/", HttpStatusCode.NotFound, "There is nothing here")]
    [DataRow("/predict", HttpStatusCode.MethodNotAllowed, "This address takes another method")]
    public async Task Get_WrongAddress_IsAnsweredWithASentence(string path, HttpStatusCode status, string sentence)
    {
        using HttpResponseMessage response = await _service.Client.GetAsync(path);
        await AssertProblemAsync(response, status, sentence);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static async Task AssertProblemAsync(
        string path, HttpContent content, HttpStatusCode status, string sentence, bool lengthUnknown = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.TransferEncodingChunked = lengthUnknown ? true : null;
        request.Headers.ExpectContinue = true; // the answer may come before the body is sent
        using HttpResponseMessage response = await _service.Client.SendAsync(request);
        await AssertProblemAsync(response, status, sentence);
    }

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string sentence)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.AreEqual(status, response.StatusCode, text);
        Assert.AreEqual("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using JsonDocument problem = JsonDocument.Parse(text);
        Assert.Contains(sentence, problem.RootElement.GetProperty("detail").GetString()!);
    }
}
